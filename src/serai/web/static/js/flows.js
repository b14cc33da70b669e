// Flows of a run as the server packs them, and what a filter makes of them.

export function unpack(packed) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  return {
    link: new Uint32Array(bytes(packed.link)),
    class: new Uint8Array(bytes(packed.class)),
    corridor: new Uint8Array(bytes(packed.corridor)),
    amount: new Float64Array(bytes(packed.amount)),
  };
}

/** Is a link's direction of travel west? */
export const goesWest = (network, link) => network.places[link.to].lon < network.places[link.from].lon;

/**
 * Sum flows by link under a filter {corridors: Set of indices, classes: Set or null, direction, unit}. With both
 * directions, a link and the one back are summed under the one that comes first.
 * Returns a Map from link to {total, by: amounts by corridor}.
 */
export function filtered(network, flows, { corridors, classes, direction, unit }) {
  const factor = network.classes.map((c) => (unit === "t" ? c.t_per_unit : c.is_box ? 1 : 0));
  const out = new Map();
  for (let i = 0; i < flows.link.length; i += 1) {
    if (!corridors.has(flows.corridor[i]) || (classes && !classes.has(flows.class[i]))) continue;
    const value = flows.amount[i] * factor[flows.class[i]];
    if (value <= 0) continue;
    const link = network.links[flows.link[i]];
    if (!link.line) continue;
    if (direction !== "both" && (direction === "west") !== goesWest(network, link)) continue;
    const at = direction === "both" && link.back >= 0 ? Math.min(flows.link[i], link.back) : flows.link[i];
    let one = out.get(at);
    if (!one) out.set(at, (one = { total: 0, by: new Float64Array(network.corridors.length) }));
    one.total += value;
    one.by[flows.corridor[i]] += value;
  }
  return out;
}

/** The corridor that carries most of a link's flow. */
export function chief(by) {
  let best = 0;
  for (let c = 1; c < by.length; c += 1) if (by[c] > by[best]) best = c;
  return best;
}

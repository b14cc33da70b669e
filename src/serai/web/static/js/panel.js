// What map, scenario and comparison share: which flows are drawn, what binds, and what stands behind a click.

import { button, saveCsv, saveJson, savePng } from "./download.js";
import { dot, h, table, toast } from "./dom.js";
import { amount, boxUnit, carriedUnit, hours, inBoxes, moneyWord, perBox, perBoxUnit, percent, money, tellOf } from "./format.js";
import { chief, filtered, goesWest } from "./flows.js";
import * as map from "./map.js";
import { json, read, write } from "./state.js";

export const SHOWN = ["north", "middle", "south", "east"];

/** The filter as the address has it. */
export function readFilter(params, network) {
  const names = json(params, "corridors", SHOWN).filter((n) => network.corridors.includes(n));
  const klass = network.classes.findIndex((c) => c.id === params.get("class"));
  const unit = (params.get("unit") ?? carriedUnit()) === "t" ? "t" : "TEU";
  return {
    corridors: new Set(names.map((n) => network.corridors.indexOf(n))),
    classes: klass >= 0 ? new Set([klass]) : null,
    direction: ["west", "east"].includes(params.get("dir")) ? params.get("dir") : "both",
    unit: klass >= 0 && !network.classes[klass].is_box ? "t" : unit,
    names,
  };
}

export function filterControls(network, meta, filter) {
  const className = (id) => meta.classes.find((c) => c.id === id)?.name.split(" (")[0] ?? id;
  const set = (changes) => write(changes);
  return h("details", { open: true }, h("summary", {}, "Which flows"),
    h("div", { class: "row", role: "group", "aria-label": "Corridors" }, network.corridors.map((name) => h("label", { class: "check" },
      h("input", {
        type: "checkbox", checked: filter.names.includes(name), "data-corridor": name,
        onchange: (event) => {
          const now = new Set(readFilter(read().params, network).names);
          if (event.target.checked) now.add(name); else now.delete(name);
          set({ corridors: [...now] });
        },
      }), h("span", {}, dot(meta.colours[name] ?? "#888888"), meta.names[name] ?? name)))),
    h("div", { class: "grid2" },
      h("label", { class: "field" }, "Goods", h("select", { onchange: (e) => set({ class: e.target.value }), "data-test": "class" },
        h("option", { value: "" }, "All goods"),
        network.classes.filter((c) => !c.is_empty).map((c) => h("option", { value: c.id, selected: filter.classes?.has(network.classes.indexOf(c)) }, className(c.id))))),
      h("label", { class: "field" }, "Direction", h("select", { onchange: (e) => set({ dir: e.target.value }) },
        [["", "Both"], ["west", "Westward"], ["east", "Eastward"]].map(([v, text]) => h("option", { value: v, selected: filter.direction === (v || "both") }, text)))),
      h("label", { class: "field" }, "Counted in", h("select", { onchange: (e) => set({ unit: e.target.value }), "data-test": "unit" },
        [["TEU", "boxes"], ["t", "tonnes of all goods"]].map(([v, text]) => h("option", { value: v, selected: filter.unit === v }, text))))));
}

export const inUnit = (value, unit) => (unit === "t" ? value : inBoxes(value));
export const unitWord = (unit) => (unit === "t" ? "t" : boxUnit());

/** Draw a run's flows and its limits. */
export function drawRun(network, meta, payload, filter, title) {
  tellOf(payload.run.year);
  const sums = filtered(network, payload.flows_, filter);
  const rows = [...sums].map(([link, one]) => {
    const corridor = network.corridors[chief(one.by)];
    const l = network.links[link];
    return {
      link, value: inUnit(one.total, filter.unit), colour: map.rgb(meta.colours[corridor] ?? "#888888").slice(0, 3),
      tip: `${network.places[l.from].name} – ${network.places[l.to].name}\n${amount(inUnit(one.total, filter.unit))} ${unitWord(filter.unit)} a year`,
    };
  });
  map.showFlows(rows, {
    unit: `${unitWord(filter.unit)} a year`, title,
    key: filter.names.map((n) => ({ name: meta.names[n] ?? n, colour: meta.colours[n] ?? "#888888" })),
  });
  map.showPlaces(placeSpots(network, rows));
  map.showLimits(limitSpots(network, payload));
}

/** Places at the ends of what is drawn, slivers apart. */
function placeSpots(network, rows) {
  const most = rows.reduce((best, row) => Math.max(best, row.value), 0);
  const met = new Set(rows.filter((row) => row.value > most * 1e-3).flatMap((row) => [network.links[row.link].from, network.links[row.link].to]));
  return [...met].map((at) => ({ lon: network.places[at].lon, lat: network.places[at].lat, tip: network.places[at].name, pick: { place: at } }));
}

/** Where the limits with a price lie; their size goes by the wait. */
function limitSpots(network, payload) {
  const at = new Map(network.resources.map((r) => [r.id, r]));
  const most = Math.max(1, ...payload.run.bottlenecks.map((b) => b.wait_h ?? 0));
  const seen = new Set();
  return payload.run.bottlenecks.filter((b) => b.price_usd_teu >= 1 || b.price_usd_t >= 0.1).flatMap((b) => {
    const resource = at.get(b.resource);
    if (!resource?.spot || seen.has(b.resource)) return [];
    seen.add(b.resource);
    return [{
      lon: resource.spot[0], lat: resource.spot[1],
      size: (b.wait_h ?? 0) / most, pick: { resource: b.resource },
      tip: `${b.name}\n${perBox(b.price_usd_teu)} ${perBoxUnit()}, wait ${hours(b.wait_h)}`,
    }];
  });
}

export function summary(meta, run) {
  const total = run.corridors.reduce((s, c) => s + c.t, 0);
  return table("Flow by corridor", [
    { title: "Corridor", get: (r) => h("span", {}, dot(meta.colours[r.corridor] ?? "#888"), meta.names[r.corridor] ?? r.corridor) },
    { title: `${boxUnit()} a year`, is_number: true, get: (r) => amount(inBoxes(r.teu)) },
    { title: "t a year", is_number: true, get: (r) => amount(r.t) },
    { title: "of tonnes", is_number: true, get: (r) => percent(total ? r.t / total : 0) },
  ], run.corridors);
}

export function bottlenecks(run, network, most = 12) {
  const rows = run.bottlenecks.slice(0, most);
  if (!rows.length) return h("p", { class: "soft" }, "Nothing binds.");
  return table("What binds, dearest first", [
    { title: "Limit", get: (b) => b.name },
    { title: perBoxUnit(), is_number: true, get: (b) => perBox(b.price_usd_teu) },
    { title: `${moneyWord()}/t`, is_number: true, get: (b) => (b.price_usd_t ? money(b.price_usd_t) : "–") },
    { title: "wait", is_number: true, get: (b) => hours(b.wait_h) },
  ], rows, (b) => goToResource(network, b.resource));
}

function goToResource(network, id) {
  const spot = network.resources.find((r) => r.id === id)?.spot;
  if (spot) map.flyTo(...spot);
  write({ pick: { resource: id } });
}

export function certificate(run) {
  const c = run.certificate;
  return h("p", { class: "soft small" },
    `Equilibrium certified: relative gap ${c.relative_gap.toExponential(0)}, waits within ${c.wait_residual.toExponential(0)} h. `
    + `${run.record.n_routes.toLocaleString("en-US")} routes; ${run.record.seconds.toFixed(1)} s.`);
}

/** What stands behind a click on a link, a limit or a place. */
export function picked(network, meta, payload, filter, what) {
  if (!what) return null;
  if (what.link !== undefined) return linkCard(network, meta, payload, what.link);
  if (what.resource) return resourceCard(network, payload, what.resource);
  if (what.place !== undefined) return placeCard(network, meta, payload, filter, what.place);
  return null;
}

const close = () => button("Close", () => write({ pick: null }));
const evidence = (query, text) => h("a", { href: `#evidence?${new URLSearchParams(query)}` }, text);

function linkCard(network, meta, payload, at) {
  const link = network.links[at], flows = payload.flows_;
  if (!link?.line) return null;
  const rows = [];
  for (let i = 0; i < flows.link.length; i += 1) {
    if (flows.link[i] !== at) continue;
    const klass = network.classes[flows.class[i]];
    rows.push({ klass: klass.id, corridor: network.corridors[flows.corridor[i]], t: flows.amount[i] * klass.t_per_unit, teu: klass.is_box ? flows.amount[i] : 0 });
  }
  rows.sort((a, b) => b.t - a.t);
  const limits = payload.limits.filter((l) => link.resources.includes(l.resource_ix));
  return h("div", { class: "card chosen", "data-test": "picked" },
    h("div", { class: "row spread" }, h("h3", {}, `${network.places[link.from].name} – ${network.places[link.to].name}`), close()),
    link.back >= 0 ? h("p", { class: "small" }, "This is one direction. ", h("button", { type: "button", onclick: () => write({ pick: { link: link.back } }) }, "See the other")) : null,
    h("p", { class: "small" }, `${link.kind.replace("_", " ")}, ${amount(link.km)} km, ${goesWest(network, link) ? "westward" : "eastward"}`,
      link.operator ? `, ${link.operator}` : "", `. Evidence: ${link.grade}${link.inferred ? "; its line on the map is inferred" : ""}. `,
      evidence({ link: link.id }, "Where its numbers come from")),
    limits.length ? limitTable(limits) : h("p", { class: "soft small" }, "It draws on no limit."),
    rows.length ? table("Who uses it", [
      { title: "Goods", get: (r) => meta.classes.find((c) => c.id === r.klass)?.name.split(" (")[0] ?? r.klass },
      { title: "Corridor", get: (r) => meta.names[r.corridor] ?? r.corridor },
      { title: boxUnit(), is_number: true, get: (r) => (r.teu ? amount(inBoxes(r.teu)) : "–") },
      { title: "t", is_number: true, get: (r) => amount(r.t) },
    ], rows.slice(0, 14)) : h("p", {}, "Nothing uses it."));
}

function limitTable(limits) {
  return table("Limits it draws on", [
    { title: "Limit", get: (l) => [evidence({ text: l.resource }, l.name), l.way ? h("div", { class: "soft small" }, l.way) : ""] },
    { title: "capacity a year", is_number: true, get: (l) => `${amount(l.is_box ? inBoxes(l.capacity) : l.capacity)} ${l.is_box ? boxUnit() : "t"}` },
    { title: "used", is_number: true, get: (l) => percent(l.load) },
    { title: "price", is_number: true, get: (l) => (l.price > 0.001 ? (l.is_box ? `${perBox(l.price)} ${perBoxUnit()}` : `${money(l.price)} ${moneyWord()}/t`) : "–") },
    { title: "wait", is_number: true, get: (l) => (l.wait_h > 0.01 ? hours(l.wait_h) : "–") },
  ], limits);
}

function resourceCard(network, payload, id) {
  const limits = payload.limits.filter((l) => l.resource === id);
  const at = network.resources.findIndex((r) => r.id === id);
  if (at < 0) return null;
  const users = network.links.filter((l) => l.resources?.includes(at));
  return h("div", { class: "card chosen", "data-test": "picked" },
    h("div", { class: "row spread" }, h("h3", {}, network.resources[at].name), close()),
    limits.length ? limitTable(limits) : h("p", { class: "soft" }, "It sets no limit here."),
    h("p", { class: "small" }, `${users.length} links draw on it. `, evidence({ text: id }, "Where its numbers come from")));
}

function placeCard(network, meta, payload, filter, at) {
  const place = network.places[at];
  const sums = filtered(network, payload.flows_, filter);
  const rows = [...sums].filter(([link]) => network.links[link].to === at || network.links[link].from === at)
    .map(([link, one]) => ({ link, value: one.total, out: network.links[link].from === at }))
    .sort((a, b) => b.value - a.value);
  const other = (r) => network.places[r.out ? network.links[r.link].to : network.links[r.link].from].name;
  return h("div", { class: "card chosen", "data-test": "picked" },
    h("div", { class: "row spread" }, h("h3", {}, `${place.name}, ${place.country}`), close()),
    h("p", { class: "small" }, `${place.kind.replace("_", " ")}. `, evidence({ place: place.id }, "What is known about it")),
    rows.length ? table(filter.direction === "both" ? "Flows, both directions" : "Flows in and out", [
      { title: "To or from", get: other },
      { title: "by", get: (r) => network.links[r.link].kind.replace("_", " ") },
      { title: `${unitWord(filter.unit)} a year`, is_number: true, get: (r) => amount(inUnit(r.value, filter.unit)) },
    ], rows.slice(0, 16), (r) => write({ pick: { link: r.link } })) : h("p", { class: "soft" }, "Nothing passes under this filter."));
}

/** Buttons that save what is shown. */
export function downloads(name, network, payload, filter) {
  const rows = () => {
    const sums = filtered(network, payload.flows_, filter);
    return [["link_id", "from", "to", "kind", "unit", "amount_per_year"],
      ...[...sums].map(([link, one]) => {
        const l = network.links[link];
        return [l.id, network.places[l.from].name, network.places[l.to].name, l.kind, filter.unit, one.total];
      })];
  };
  return h("div", { class: "tools", role: "group", "aria-label": "Downloads" },
    button("Flows (CSV)", () => saveCsv(`${name}-flows`, rows()), "csv"),
    button("Result (JSON)", () => saveJson(name, payload.run), "json"),
    button("Map (PNG)", async () => { await savePng(name); toast("The picture is saved"); }, "png"));
}

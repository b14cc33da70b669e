// Quote: truly different routes between two places as cards and on the map, itemised; why this one and not that.

import { fixed, follow } from "../api.js";
import { dot, errorBox, h, progressLine, table, toast } from "../dom.js";
import { button, saveJson, savePng } from "../download.js";
import { amount, moneyYears, signed } from "../format.js";
import * as map from "../map.js";
import { json, prefs, read, write } from "../state.js";

const ASK = ["origin", "dest", "class", "avoid", "date", "unit", "year", "waits", "why"];

let job = null, asked = null, sheet = null, failure = null, pictures = {}, id = null;

export async function render(root, params, { first }) {
  const [meta, network] = await Promise.all([fixed("meta"), map.ready()]);
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  if (first) { map.onPick((what) => what.route && write({ route: what.route })); asked = null; }
  const body = bodyOf(params), key = JSON.stringify(body);
  const draw = () => {
    if (read().view !== "quote") return;
    const now = read().params;
    if (sheet) drawRoutes(meta, chosenOf(now));
    root.replaceChildren(...content(meta, network, now, line));
  };
  if (!params.get("origin") || !params.get("dest")) { asked = null; sheet = null; failure = null; draw(); return; }
  if (key === asked) { draw(); return; }
  job?.cancel();
  asked = key; failure = null;
  draw();
  try {
    job = follow("/api/quotes", body, { onJob: (state) => { id = state.id; line.show(state); } });
    const found = await job.promise;
    if (asked !== key) return;
    sheet = found;
    await drawings();
  } catch (error) {
    if (asked === key) { failure = error.errors ?? [{ message: String(error) }]; sheet = null; }
  }
  if (asked === key) { line.hide(); draw(); }
}

export const leave = () => job?.cancel();
const chosenOf = (params) => Math.min(Math.max(Number(params.get("route") ?? 1), 1), sheet.routes.length);

function bodyOf(params) {
  const inquiry = {
    origin: params.get("origin") ?? "", dest: params.get("dest") ?? "", class_id: params.get("class") ?? "C_OM",
    avoid: (params.get("avoid") ?? "").split(",").map((c) => c.trim()).filter(Boolean), unit: params.get("unit") ?? prefs.box,
    currency: prefs.money, date: params.get("date") ?? "", waits: params.get("waits") === "yes", why: params.get("why") ?? "", top: 6,
  };
  const year = params.get("year") || prefs.year;
  if (year) inquiry.price_year = Number(year);
  return { inquiry };
}

/** Diagrams come as files of their own: the page's policy lets no style stand inside a picture of it. */
async function drawings() {
  const mine = id;
  for (const form of ["days", "usd"]) {
    const response = await fetch(`/api/quotes/${mine}/${form}`);
    if (response.ok) pictures[form] = URL.createObjectURL(await response.blob());
  }
}

function drawRoutes(meta, chosen) {
  map.showRoutes(sheet.routes.map((route, i) => ({
    links: route.legs.flatMap((leg) => leg.link_ids), colour: map.rgb(meta.colours[route.corridor] ?? "#777777").slice(0, 3),
    chosen: i + 1 === chosen, pick: { route: String(i + 1) },
    tip: `${i + 1}. ${meta.names[route.corridor] ?? route.corridor}: ${amount(route.price)} ${sheet.basis.money}, ${amount(route.days_p50)} days`,
  })), {
    title: `${sheet.origin_name} – ${sheet.dest_name}`,
    key: [...new Set(sheet.routes.map((r) => r.corridor))].map((c) => ({ name: meta.names[c] ?? c, colour: meta.colours[c] ?? "#777777" })),
  });
}

function form(meta, network, params) {
  const submit = (event) => {
    event.preventDefault();
    const data = new FormData(event.target);
    const next = Object.fromEntries(ASK.filter((k) => k !== "why").map((k) => [k, (data.get(k) ?? "").toString().trim()]));
    asked = null;
    write({ ...next, why: null, route: null });
    if (location.hash) dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const towns = [...new Set(network.places.filter((p) => p.kind !== "passage").map((p) => p.name))].sort();
  const field = (name, title, hint) => h("label", { class: "field" }, title, h("input", { name, value: params.get(name) ?? "", placeholder: hint, list: name === "avoid" ? null : "towns", autocomplete: "off", required: name !== "avoid" }));
  const picker = (name, title, options, now) => h("label", { class: "field" }, title, h("select", { name }, options.map(([v, text]) => h("option", { value: v, selected: v === now }, text))));
  return h("form", { onsubmit: submit, "data-test": "quote-form" },
    h("datalist", { id: "towns" }, towns.map((t) => h("option", { value: t }))),
    h("div", { class: "grid2" }, field("origin", "From", "Xi'an"), field("dest", "To", "Duisburg")),
    picker("class", "Goods", meta.classes.map((c) => [c.id, c.name.split(" (")[0]]), params.get("class") ?? "C_OM"),
    h("div", { class: "grid2" }, field("avoid", "Avoid territories", "RUS,BLR"),
      h("label", { class: "field" }, "Day of departure", h("input", { type: "date", name: "date", value: params.get("date") ?? "" }))),
    h("div", { class: "grid2" }, picker("unit", "Amounts per", [["", prefs.box], ["FEU", "FEU"], ["TEU", "TEU"], ["t", "t"]], params.get("unit") ?? ""),
      picker("year", "In constant money of", [["", prefs.year || "the year of the rates"], ...moneyYears().map((y) => [String(y), String(y)])], params.get("year") ?? "")),
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "waits", value: "yes", checked: params.get("waits") === "yes" }), "With queues and scarce slots (solves the year first)"),
    h("button", { class: "main", "data-test": "ask" }, "Find routes"));
}

function content(meta, network, params, line) {
  const out = [h("h1", {}, "A quote"), form(meta, network, params), line.box];
  if (failure) return [...out, errorBox(failure)];
  if (!sheet || !asked) return [...out, h("p", { class: "soft small" }, "For instance ", h("a", { href: "#quote?origin=Xi'an&dest=Duisburg&avoid=RUS,BLR" }, "Xi'an to Duisburg without Russia and Belarus"), ".")];
  const chosen = chosenOf(params);
  return [...out,
    h("h2", {}, `${sheet.origin_name} – ${sheet.dest_name}${sheet.avoid.length ? `, avoiding ${sheet.avoid.join(", ")}` : ""}`),
    h("p", { class: "soft small" }, `${sheet.basis.currency} of ${sheet.basis.price_year}, rates of ${sheet.year}. ${sheet.validity}`),
    h("div", { "data-test": "routes" }, sheet.routes.map((r, i) => card(meta, r, i + 1, i + 1 === chosen))),
    files(), legs(sheet.routes[chosen - 1], chosen), why(params),
    pictures.days ? h("img", { class: "picture", src: pictures.days, alt: "Days over distance, by route" }) : null,
    pictures.usd ? h("img", { class: "picture", src: pictures.usd, alt: "Money over distance, by route" }) : null,
    h("details", {}, h("summary", {}, "Notes"), h("ul", {}, sheet.notes.map((n) => h("li", { class: "small" }, n)))),
  ].filter(Boolean);
}

function card(meta, r, number, chosen) {
  const pick = () => write({ route: String(number) });
  return h("div", { class: `card${chosen ? " chosen" : ""}`, tabindex: 0, role: "button", "aria-pressed": String(chosen), onclick: pick, onkeydown: (e) => { if (e.key === "Enter") pick(); } },
    h("div", { class: "row spread" }, h("strong", {}, `${number}. `, dot(meta.colours[r.corridor] ?? "#777"), meta.names[r.corridor] ?? r.corridor), h("span", { class: `chip${r.grade === "assumed" ? " bad" : ""}` }, r.grade)),
    h("div", { class: "row spread" }, h("span", { class: "figure" }, `${amount(r.price)} `, h("span", { class: "small" }, sheet.basis.money)), h("span", {}, h("strong", {}, `${amount(r.days_p50)} days`), h("span", { class: "soft small" }, ` (in nine of ten ${amount(r.days_p90)})`))),
    h("div", { class: "small soft" }, `${amount(r.kg_co2e)} kg CO2e, ${amount(r.km)} km, ${r.borders} borders, ${r.gauge_changes} gauge changes; price ${amount(r.price_p10)} to ${amount(r.price_p90)}`),
    r.departure ? h("div", { class: "small" }, say(r.departure)) : null,
    h("div", { class: "small soft" }, r.countries.join(" · ")));
}

function say(departure) {
  const shut = departure.hindrances.map((x) => `${x.what} (leg ${x.leg}${x.until ? `, until ${x.until}` : ""})`);
  const first = departure.is_open ? `Open on ${departure.asked}.` : departure.earliest ? `Earliest departure with all legs open: ${departure.earliest}.` : "No day within two years on which all legs are open.";
  return [first, shut.length ? `Met on the way: ${shut.join("; ")}.` : "", departure.unknown.length ? `No dates known for the season of ${departure.unknown.join(", ")}.` : ""].filter(Boolean).join(" ");
}

function legs(r, number) {
  return h("div", {}, table(`Route ${number}, leg by leg`, [
    { title: "Leg", get: (l) => h("span", {}, l.from === l.to ? l.from : `${l.from} – ${l.to}`, l.inferred ? h("span", { title: l.inferred }, " *") : "", h("div", { class: "soft small" }, `${l.tce}${l.paid_to ? `; paid to ${l.paid_to}` : ""}`)) },
    { title: "h (P90)", is_number: true, get: (l) => `${amount(l.hours_p50)} (${amount(l.hours_p90)})` },
    { title: sheet.basis.money, is_number: true, get: (l) => amount(l.price) },
    { title: "kg CO2e", is_number: true, get: (l) => amount(l.kg_co2e) },
  ], r.legs),
  h("details", {}, h("summary", {}, sheet.avoid.length ? `Proof: no leg touches ${sheet.avoid.join(", ")}` : "Territories by leg"),
    h("ul", {}, r.legs.map((l) => h("li", { class: "small" }, `${l.from === l.to ? l.from : `${l.from} – ${l.to}`}: ${l.link_ids.map((link, i) => `${link} (${l.touches[i].join(" ")})`).join(", ")}`)))),
  h("details", {}, h("summary", {}, "Who is paid"), table("", [{ title: "Paid to", get: (p) => p.paid_to }, { title: sheet.basis.money, is_number: true, get: (p) => amount(p.price) }], r.payees)));
}

function why(params) {
  if (sheet.routes.length < 2) return null;
  const [a, b] = (params.get("why") ?? "").split(",");
  const picker = (value, side) => h("select", { "aria-label": side, "data-why": side, onchange: (e) => {
    const now = [a || "1", b || "2"];
    now[side === "first" ? 0 : 1] = e.target.value;
    write({ why: now[0] === now[1] ? null : now.join(",") });
  } }, sheet.routes.map((r, i) => h("option", { value: String(i + 1), selected: String(i + 1) === value }, String(i + 1))));
  const terms = sheet.why;
  return h("div", {}, h("h2", {}, "Why this route and not that one"),
    h("div", { class: "row" }, "Route ", picker(a || "1", "first"), " against ", picker(b || "2", "second"),
      terms ? null : button("Compare", () => write({ why: `${a || 1},${b || 2}` }), "why")),
    terms ? table(`What routes ${terms.first} and ${terms.second} cost a shipper, ${sheet.basis.money}`, [
      { title: "Term", get: (t) => t.term }, { title: String(terms.first), is_number: true, get: (t) => amount(t.first) },
      { title: String(terms.second), is_number: true, get: (t) => amount(t.second) }, { title: "difference", is_number: true, get: (t) => signed(t.difference) },
    ], [...terms.terms, terms.generalized]) : null,
    terms ? h("p", { class: "small", "data-test": "why" }, terms.sentence) : null);
}

const files = () => h("div", { class: "tools", role: "group", "aria-label": "Downloads" },
  h("a", { href: `/api/quotes/${id}/xlsx`, download: "", "data-test": "xlsx" }, "Excel"), h("a", { href: `/api/quotes/${id}/csv`, download: "" }, "CSV"),
  h("a", { href: `/api/quotes/${id}/html`, target: "_blank", rel: "noopener", "data-test": "print" }, "Page to print"),
  button("JSON", () => saveJson(`serai-${sheet.origin}-${sheet.dest}`, sheet)),
  button("Map (PNG)", async () => { await savePng("serai-routes"); toast("The picture is saved"); }));

// Compare: two scenarios side by side on the same routes, and the difference on the map.

import { fixed, follow } from "../api.js";
import { dot, errorBox, h, progressLine, table } from "../dom.js";
import { button, saveCsv, saveJson } from "../download.js";
import { filtered, unpack } from "../flows.js";
import { amount, inChosen, signed, unitOf } from "../format.js";
import * as map from "../map.js";
import * as panel from "../panel.js";
import { json, read, write } from "../state.js";

let job = null, asked = null, found = null, failure = null;

function named(meta, params, key, fallback) {
  const own = json(params, key, null);
  if (own && typeof own === "object") return own;
  const name = params.get(key) ?? fallback;
  const ready = meta.scenarios.find((s) => s.name === name) ?? meta.scenarios[key === "after" ? meta.scenarios.length - 1 : 0];
  return ready.scenario;
}

export async function render(root, params, { first }) {
  const [meta, network] = await Promise.all([fixed("meta"), map.ready()]);
  const pair = { before: named(meta, params, "before", meta.scenarios[0].name), after: named(meta, params, "after", "russia-closed") };
  const key = JSON.stringify(pair);
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  const draw = () => {
    const { view, params: now } = read();
    if (view !== "compare") return;
    const filter = panel.readFilter(now, network);
    if (found) drawMap(network, meta, filter, now.get("show") ?? "difference");
    root.replaceChildren(...content(meta, network, pair, filter, now, line));
  };
  if (first) map.onPick((what) => write({ pick: what }));
  const isNew = key !== asked;
  if (isNew) { job?.cancel(); asked = key; found = null; failure = null; }
  draw();
  if (isNew) {
    job = follow("/api/comparisons", pair, {
      onJob: (state) => line.show(state),
      onResult: (result) => {
        if (asked !== key) return;
        for (const side of ["before", "after"]) result[side].flows_ = unpack(result[side].flows);
        found = result;
      },
    });
    try { await job.promise; } catch (error) { if (asked === key) failure = error.errors ?? [{ message: String(error) }]; }
    line.hide();
    if (asked === key) draw();
  }
}

export const leave = () => { job?.cancel(); if (!found) asked = null; };

function drawMap(network, meta, filter, what) {
  if (what !== "difference") {
    panel.drawRun(network, meta, found[what], filter, found[what].run.title || found[what].run.scenario);
    return;
  }
  const [a, b] = ["before", "after"].map((side) => filtered(network, found[side].flows_, filter));
  const rows = [...new Set([...a.keys(), ...b.keys()])].map((link) => {
    const change = panel.inUnit((b.get(link)?.total ?? 0) - (a.get(link)?.total ?? 0), filter.unit);
    const l = network.links[link];
    return {
      link, value: change, colour: change > 0 ? [35, 112, 74] : [165, 52, 28],
      tip: `${network.places[l.from].name} – ${network.places[l.to].name}\n${signed(change)} ${panel.unitWord(filter.unit)} a year`,
    };
  });
  map.showFlows(rows, {
    unit: `${panel.unitWord(filter.unit)} a year`, title: "Difference",
    key: [{ name: "more", colour: "#23704a" }, { name: "less", colour: "#a5341c" }],
  });
  map.showLimits([]);
  map.showPlaces([]);
}

function content(meta, network, pair, filter, params, line) {
  const picker = (key, title) => h("label", { class: "field" }, title, h("select", { "data-test": key, onchange: (e) => write({ [key]: e.target.value }) },
    meta.scenarios.some((s) => JSON.stringify(s.scenario) === JSON.stringify(pair[key])) ? null : h("option", { selected: true }, pair[key].title || "own scenario"),
    meta.scenarios.map((s) => h("option", { value: s.name, selected: JSON.stringify(s.scenario) === JSON.stringify(pair[key]) }, s.title))));
  const shown = params.get("show") ?? "difference";
  // Each side is told from the money of its own year.
  const yearOf = (side) => found[side].run.year;
  const changes = (title, rows, name) => table(title, [
    { title: "", get: (r) => [name(r.name), h("div", { class: "soft small" }, unitOf(r.unit))] },
    ...["before", "after"].map((side) => ({ title: side, is_number: true, get: (r) => amount(inChosen(r[side], r.unit, yearOf(side))) })),
    { title: "change", is_number: true, get: (r) => signed(inChosen(r.after, r.unit, yearOf("after")) - inChosen(r.before, r.unit, yearOf("before"))) },
  ], rows);
  const result = found?.compare;
  return [
    h("h1", {}, "Two scenarios"), picker("before", "Before"), picker("after", "After"), line.box,
    failure ? errorBox(failure) : null,
    found ? [
      h("div", { class: "row", role: "radiogroup", "aria-label": "On the map" }, [["before", "Before"], ["after", "After"], ["difference", "Difference"]].map(([v, text]) =>
        h("label", { class: "check" }, h("input", { type: "radio", name: "show", checked: shown === v, onchange: () => write({ show: v === "difference" ? null : v }) }), text))),
      panel.picked(network, meta, found[shown === "before" ? "before" : "after"], filter, json(params, "pick", null)),
      panel.filterControls(network, meta, filter),
      changes("By corridor", result.corridors, (n) => h("span", {}, dot(meta.colours[n] ?? "#888"), meta.names[n] ?? n)),
      changes("By territory used, largest change first", [...result.countries].sort((x, y) => Math.abs(y.change) - Math.abs(x.change)).slice(0, 12), (n) => n),
      changes("Scarcity prices", result.bottlenecks.slice(0, 12), (n) => n),
      h("p", { class: "soft small" }, `Both choose from the same routes. Relative gap ${result.certificate.relative_gap.toExponential(0)}.`),
      h("div", { class: "tools" },
        button("Changes (CSV)", () => saveCsv("serai-compare", [["group", "name", "unit", "before", "after", "change"],
          ...["corridors", "countries", "classes", "bottlenecks"].flatMap((g) => result[g].map((r) => [g, r.name, r.unit, r.before, r.after, r.change]))]), "csv"),
        button("Result (JSON)", () => saveJson("serai-compare", result), "json")),
      panel.downloads(`serai-${result.after}`, network, found.after, filter),
    ] : null,
  ].flat().filter(Boolean);
}

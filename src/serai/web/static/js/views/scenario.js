// Scenario: levers for shocks and measures, solved while one watches, and the file that `serai run` reads.

import { fixed, follow, post } from "../api.js";
import { errorBox, h, progressLine, toast } from "../dom.js";
import { button, saveText } from "../download.js";
import { unpack } from "../flows.js";
import { amount, carried, carriedUnit, signed } from "../format.js";
import * as map from "../map.js";
import * as panel from "../panel.js";
import { json, read, write } from "../state.js";

let job = null, asked = null, payload = null, base = null, made = null, seconds = null, failure = null, standsOn = null;

/** What the levers are added to: today, with what the address changes. */
const plain = (meta, params) => ({ ...meta.scenarios[0].scenario, note: "", name: "own", title: "Your scenario", ...json(params, "scenario", {}) });

export async function render(root, params, { first }) {
  const [meta, network] = await Promise.all([fixed("meta"), map.ready()]);
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  if (first) {
    map.onPick((what) => write({ pick: what }));
    root.replaceChildren();
    asked = null;
  }
  const body = { scenario: plain(meta, params), levers: json(params, "levers", {}) };
  const key = JSON.stringify(body);
  build(root, meta, network, params, line);
  if (key === asked) { redraw(root, meta, network); return; }
  asked = key;
  job?.cancel();
  failure = null;
  const began = performance.now();
  try {
    made = await post("/api/scenario", body);
    if (asked !== key) return;
    job = follow("/api/runs", made.scenario, {
      onJob: (state) => { if (asked === key) line.show(state); },
      onResult: async (result, final) => {
        if (asked !== key) return;
        payload = { ...result, flows_: unpack(result.flows), final };
        redraw(root, meta, network);
        await map.drawn();
        seconds = (performance.now() - began) / 1000;
        document.documentElement.dataset.drawn = final ? key : "";
        root.querySelector("[data-test=seconds]")?.replaceWith(took());
      },
    });
    await job.promise;
    const rest = restOf(made.scenario);
    if (base?.key !== rest) {
      const run = (await follow("/api/runs", { name: "base", ...JSON.parse(rest) }, {}).promise)?.run;
      if (asked !== key) return;
      base = { key: rest, run };
      redraw(root, meta, network);
    }
  } catch (error) {
    if (asked === key) { failure = error.errors ?? [{ message: String(error) }]; redraw(root, meta, network); }
  } finally {
    if (asked === key) line.hide();
  }
}

/** What a scenario's differences are to: its year as it is. */
const restOf = ({ year, built_by, demand, empties }) => JSON.stringify({ year, built_by, demand, empties });

export const leave = () => job?.cancel();

function setScenario(changes) {
  const now = { ...json(read().params, "scenario", {}) };
  for (const [key, value] of Object.entries(changes)) { if (value === null) delete now[key]; else now[key] = value; }
  write({ scenario: Object.keys(now).length ? now : null });
}

function setLever(lever, place) {
  const now = { ...json(read().params, "levers", {}) };
  if (place === lever.neutral) delete now[lever.id]; else now[lever.id] = place;
  write({ levers: Object.keys(now).length ? now : null });
}

/** Controls are built once and then only set, so that the keyboard's place is kept. */
function build(root, meta, network, params, line) {
  const levers = json(params, "levers", {}), scenario = plain(meta, params);
  if (root.querySelector("[data-levers]")) {
    for (const lever of meta.levers) setControl(root, lever, levers[lever.id] ?? lever.neutral);
    root.querySelector("[data-progress]").replaceChildren(line.box);
    fill(root, meta, scenario);
    return;
  }
  const group = (name, title) => h("details", { open: true }, h("summary", {}, title), meta.levers.filter((l) => l.group === name).map((l) => control(l, levers[l.id] ?? l.neutral)));
  root.replaceChildren(
    h("h1", {}, "What if"),
    h("p", { class: "soft small" }, "Move something: the whole equilibrium is solved anew, nothing is stored. The first picture comes at once, the last word when no new route is found."),
    h("div", { "data-progress": "" }, line.box), h("div", { "data-result": "" }),
    h("div", { "data-levers": "" }, group("World", "What happens"), group("Corridor", "What somebody decides"),
      h("details", {}, h("summary", {}, "Soft measures"), h("div", { "data-part": "measures" })),
      h("details", {}, h("summary", {}, "Projects"), h("div", { "data-part": "projects" })),
      h("details", { open: true }, h("summary", {}, "Year and world"), h("div", { "data-part": "world" }))),
    h("div", { "data-more": "" }),
  );
  standsOn = null;
  fill(root, meta, scenario);
}

/** Lists and controls that say what the scenario is without its levers; anew where it is another. */
function fill(root, meta, scenario) {
  const now = JSON.stringify(scenario);
  if (now === standsOn) return;
  standsOn = now;
  const focused = document.activeElement?.dataset.control;
  const parts = {
    measures: listed(meta.measures, "measures", scenario), projects: listed(meta.projects, "projects", scenario),
    world: worldControls(meta, scenario),
  };
  for (const [name, part] of Object.entries(parts)) root.querySelector(`[data-part=${name}]`).replaceChildren(part);
  if (focused) root.querySelector(`[data-control="${focused}"]`)?.focus();
}

function control(lever, place) {
  const id = `lever-${lever.id}`;
  if (!lever.unit) {
    return h("div", { class: "lever", title: lever.note || null }, h("label", { class: "check" },
      h("input", { type: "checkbox", id, checked: place !== lever.neutral, onchange: (e) => setLever(lever, e.target.checked ? lever.high : lever.neutral) }), lever.label));
  }
  const out = h("output", { for: id }, shownPlace(lever, place));
  const slider = h("input", {
    type: "range", id, min: lever.low, max: lever.high, step: lever.step, value: String(place), "aria-describedby": `${id}-unit`,
    oninput: (e) => { out.textContent = shownPlace(lever, Number(e.target.value)); },
    onchange: (e) => setLever(lever, Number(e.target.value)),
  });
  slider.value = String(place);
  return h("div", { class: `lever${place === lever.neutral ? "" : " moved"}`, title: lever.note || null },
    h("div", { class: "row spread" }, h("label", { for: id }, lever.label), h("span", {}, out, h("span", { class: "soft small", id: `${id}-unit` }, ` ${lever.unit}`))), slider);
}

const shownPlace = (lever, place) => String(Number(place.toPrecision(4)));

function setControl(root, lever, place) {
  const input = root.querySelector(`#lever-${lever.id}`);
  if (!lever.unit) { input.checked = place !== lever.neutral; return; }
  input.value = String(place);
  input.closest(".lever").classList.toggle("moved", place !== lever.neutral);
  input.closest(".lever").querySelector("output").textContent = shownPlace(lever, place);
}

const FUNDED = ["under construction", "funded"];

/** The projects or measures that a scenario has beside what is built. */
function members(rows, key, now) {
  if (Array.isArray(now)) return now;
  const wanted = { all: (row) => row.status !== "built", funded: (row) => key === "projects" && FUNDED.includes(row.status) }[now];
  return wanted ? rows.filter(wanted).map((row) => row.id) : [];
}

function listed(rows, key, scenario) {
  const groups = key === "projects" ? [["built", "As built today"], ["funded", "All funded"], ["all", "All on the table"]] : [["none", "None"], ["all", "All"]];
  const now = scenario[key] ?? groups[0][0], chosen = members(rows, key, now);
  const pick = (id, on) => { const next = on ? [...chosen, id] : chosen.filter((x) => x !== id); setScenario({ [key]: next.length ? next : null }); };
  return h("div", {},
    h("label", { class: "field" }, "Together", h("select", { "data-test": key, "data-control": key, onchange: (e) => setScenario({ [key]: e.target.value === groups[0][0] ? null : e.target.value }) },
      groups.map(([value, text]) => h("option", { value, selected: now === value }, text)), Array.isArray(now) ? h("option", { selected: true }, "those chosen below") : null)),
    rows.map((row) => h("label", { class: "check small" },
      h("input", { type: "checkbox", "data-control": `${key}-${row.id}`, checked: chosen.includes(row.id), onchange: (e) => pick(row.id, e.target.checked) }),
      h("span", {}, row.name, h("span", { class: "soft" }, key === "projects" ? ` ${row.country}, ${row.status}, ${amount(row.capex_musd)} M USD` : ` ${row.status}`)))));
}

function worldControls(meta, scenario) {
  return h("div", { class: "grid2" },
    h("label", { class: "field" }, "Demand and prices of", h("select", { "data-control": "year", onchange: (e) => setScenario({ year: Number(e.target.value) }) },
      meta.years.map((y) => h("option", { value: y, selected: y === scenario.year }, y)))),
    h("label", { class: "field" }, "Built by", h("select", { "data-control": "built_by", onchange: (e) => setScenario({ built_by: e.target.value ? Number(e.target.value) : undefined }) },
      scenario.built_by ? null : h("option", { value: "", selected: true }, "the same year"),
      [2019, 2021, 2023, 2026, 2030, 2035, 2040].map((y) => h("option", { value: y, selected: y === scenario.built_by }, y)))),
    h("label", { class: "field" }, "Demand", h("select", { "data-control": "demand", onchange: (e) => setScenario({ demand: e.target.value === "reference" ? null : e.target.value }) },
      ["low", "reference", "high"].map((d) => h("option", { value: d, selected: d === (scenario.demand ?? "reference") }, d)))),
    h("label", { class: "check" }, h("input", { type: "checkbox", "data-control": "capacity_limits", checked: scenario.capacity_limits === false, onchange: (e) => setScenario({ capacity_limits: e.target.checked ? false : null }) }), "No capacity limit"),
    h("label", { class: "check" }, h("input", { type: "checkbox", "data-control": "empties", checked: scenario.empties === true, onchange: (e) => setScenario({ empties: e.target.checked ? true : null }) }), "Boxes balance in every region"));
}

const took = () => h("p", { class: "soft small", "data-test": "seconds", "data-seconds": seconds }, payload.final
  ? `Solved and drawn in ${seconds?.toFixed(1) ?? "…"} s. Differences are to ${payload.run.year} as it is.`
  : `First picture after ${seconds?.toFixed(1) ?? "…"} s; better routes are being looked for.`);

function redraw(root, meta, network) {
  const { params, view } = read();
  if (view !== "scenario") return;
  const filter = panel.readFilter(params, network);
  const result = root.querySelector("[data-result]"), more = root.querySelector("[data-more]");
  if (!result) return;
  if (failure) { result.replaceChildren(errorBox(failure)); return; }
  if (!payload) return;
  panel.drawRun(network, meta, payload, filter, "Your scenario");
  const run = payload.run;
  const before = (name) => (base?.key === restOf(made.scenario) ? base.run?.corridors.find((c) => c.corridor === name) : null);
  const figure = (name) => {
    const now = run.corridors.find((c) => c.corridor === name);
    return h("div", { class: "card" }, h("div", { class: "soft small" }, meta.names[name]), h("div", { class: "figure", "data-teu": now.teu, "data-corridor": name }, amount(carried(now))),
      h("div", { class: "small" }, carriedUnit(), " a year", before(name) ? `, ${signed(carried(now) - carried(before(name)))}` : ""));
  };
  result.replaceChildren(
    h("div", { class: "cards", "data-test": "figures" }, ["middle", "north", "south", "sea"].map(figure)),
    took(),
    panel.picked(network, meta, payload, filter, json(params, "pick", null)) ?? "",
    h("div", { class: "tools" },
      button("Scenario (TOML)", () => saveText("own.toml", made.toml, "application/toml"), "toml"),
      button("Compare with today", () => write({ after: made.scenario }, { view: "compare" }), "to-compare"),
      button("Start over", () => { toast("All levers are at rest"); write({ scenario: null, levers: null, pick: null }); }, "reset")),
  );
  more.replaceChildren(panel.filterControls(network, meta, filter), panel.summary(meta, run), panel.bottlenecks(run, network), panel.certificate(run),
    panel.downloads("serai-own", network, payload, filter));
}

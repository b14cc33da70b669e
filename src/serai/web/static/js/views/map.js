// Map: flows by corridor, goods, direction and year; limits by their wait; what stands behind a click.

import { fixed, follow } from "../api.js";
import { errorBox, h, progressLine } from "../dom.js";
import { unpack } from "../flows.js";
import * as map from "../map.js";
import * as panel from "../panel.js";
import { json, read, write } from "../state.js";

let job = null, shownKey = null, payload = null, message = null;

function scenarioOf(meta, params) {
  const own = json(params, "scenario", null);
  if (own) return own;
  const ready = (meta.scenarios.find((s) => s.name === params.get("s")) ?? meta.scenarios[0]).scenario;
  return params.get("year") ? { ...ready, year: Number(params.get("year")) } : ready;
}

export async function render(root, params, { first }) {
  const [meta, network] = await Promise.all([fixed("meta"), map.ready()]);
  const scenario = scenarioOf(meta, params), key = JSON.stringify(scenario);
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  const draw = () => {
    const { view, params: now } = read();
    if (view !== "map") return;
    const filter = panel.readFilter(now, network);
    if (payload) panel.drawRun(network, meta, payload, filter, payload.run.title || payload.run.scenario);
    root.replaceChildren(...content(meta, network, scenario, filter, now, line));
  };
  if (first) {
    map.look(json(params, "at", null));
    map.onPick((what) => write({ pick: what }));
    map.onMove(() => { if (read().view === "map") write({ at: map.camera() }, { silent: true }); });
  }
  draw();
  if (key !== shownKey) {
    job?.cancel();
    message = null;
    job = follow("/api/runs", scenario, {
      onJob: (state) => line.show(state),
      onResult: (result) => { payload = { ...result, flows_: unpack(result.flows) }; shownKey = key; draw(); },
    });
    try { await job.promise; line.hide(); draw(); } catch (error) { line.hide(); message = error; draw(); }
  }
}

export const leave = () => job?.cancel();

function content(meta, network, scenario, filter, params, line) {
  const run = payload?.run;
  const name = params.get("s") ?? meta.scenarios[0].name;
  const what = json(params, "pick", null);
  return [
    h("h1", {}, run ? (run.title || run.scenario) : "Flows"),
    h("div", { class: "grid2" },
      h("label", { class: "field" }, "Scenario", h("select", { onchange: (e) => write({ s: e.target.value, scenario: null, year: null, pick: null }), "data-test": "scenario" },
        params.get("scenario") ? h("option", { selected: true }, scenario.title || "your scenario") : null,
        meta.scenarios.map((s) => h("option", { value: s.name, selected: !params.get("scenario") && s.name === name }, s.title)))),
      h("label", { class: "field" }, "Year of demand and prices", h("select", { onchange: (e) => write(params.get("scenario") ? { scenario: { ...scenario, year: Number(e.target.value) } } : { year: e.target.value }) },
        meta.years.map((y) => h("option", { value: y, selected: y === (scenario.year ?? meta.scenarios[0].year) }, y))))),
    line.box,
    message ? errorBox(message.errors ?? [{ message: String(message) }]) : null,
    payload ? panel.picked(network, meta, payload, filter, what) : null,
    panel.filterControls(network, meta, filter),
    run ? [panel.summary(meta, run), panel.bottlenecks(run, network), panel.certificate(run),
      panel.downloads(`serai-${run.scenario}`, network, payload, filter)] : null,
  ].flat().filter(Boolean);
}

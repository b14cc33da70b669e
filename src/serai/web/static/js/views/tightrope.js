// Tightrope: who holds which rope, how even they are, what losing a territory costs, and what happened when.

import { fixed, follow, get } from "../api.js";
import { dot, errorBox, h, isDark, progressLine, table } from "../dom.js";
import { button, saveCsv, saveJson } from "../download.js";
import { percent } from "../format.js";
import { read, write } from "../state.js";
import { t } from "../words.js";

const COUNTRIES = [["KAZ", "Kazakhstan"], ["UZB", "Uzbekistan"], ["KGZ", "Kyrgyzstan"], ["TJK", "Tajikistan"], ["TKM", "Turkmenistan"], ["AZE", "Azerbaijan"], ["GEO", "Georgia"], ["ARM", "Armenia"], ["MNG", "Mongolia"]];
const POWERS = { CHN: "China", RUS: "Russia", EU: "EU", USA: "USA", TUR: "Türkiye", IND: "India", IRN: "Iran", JPN: "Japan", KOR: "Korea", GBR: "UK", GULF: "Gulf", CHE: "Switzerland" };

let job = null, asked = null, found = null, failure = null, events = null;
const name = (power) => POWERS[power] ?? power;
const points = (share) => Math.round(100 * share);

export async function render(root, params) {
  const meta = await fixed("meta");
  const country = params.get("country") ?? "KAZ", year = params.get("year") ?? "2023";
  const key = `${country} ${year}`;
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  const draw = () => { if (read().view === "tightrope") root.replaceChildren(...content(meta, country, year, read().params, line)); };
  if (key !== asked) {
    job?.cancel();
    asked = key; found = null; failure = null;
    draw();
    try {
      events ??= (await get("/api/events")).events;
      let result = null;
      if (key === "KAZ 2023") {
        try { result = await get("/api/vectors"); } catch (error) { if (!error.errors) throw error; }
      }
      if (!result && asked === key) {
        job = follow("/api/studies", { study: "vectors", subject: country, options: { year } }, { onJob: (state) => line.show(state) });
        result = await job.promise;
      }
      if (asked === key) found = result;
    } catch (error) {
      if (asked === key) failure = error.errors ?? [{ message: String(error) }];
    }
    if (asked !== key) return;
    line.hide();
  }
  draw();
}

export const leave = () => { job?.cancel(); if (!found) asked = null; };

function content(meta, country, year, params, line) {
  const choice = h("div", { class: "row" },
    h("label", { class: "field" }, "Country", h("select", { "data-test": "country", onchange: (e) => write({ country: e.target.value }) }, COUNTRIES.map(([v, text]) => h("option", { value: v, selected: v === country }, text)))),
    h("label", { class: "field" }, "Year", h("select", { onchange: (e) => write({ year: e.target.value }) }, [2019, 2020, 2021, 2022, 2023, 2024, 2025].map((y) => h("option", { value: y, selected: String(y) === year }, y)))));
  const top = [h("h1", {}, "On the tightrope"),
    h("p", { class: "soft" }, "A rope is what a power holds of one side of a country's life. Balance is 100 where many hold little, 0 where one holds all."), choice, line.box];
  if (failure) return [...top, errorBox(failure)];
  if (!found) return [...top, h("p", { class: "soft" }, "For another country or year the transit rope is solved anew: under a minute on an idle machine.")];
  const { inputs } = found.record;
  const isStale = Object.entries(meta.inputs).some(([name, hash]) => inputs[name] !== hash);
  return [...top, isStale ? h("p", { class: "error" }, t("answer.stale")) : null, ...ropes(meta, found), ...loss(found), ...timeline(params), downloads(found)].filter(Boolean);
}

function ropes(meta, f) {
  const lean = Object.entries(f.lean).filter(([, v]) => v > 0.004).sort((a, b) => b[1] - a[1]);
  return [
    h("div", { class: "cards" },
      h("div", { class: "card" }, h("div", { class: "soft small" }, `Balance of ${f.year}`), h("div", { class: "figure", "data-test": "score" }, `${Math.round(f.score)} of 100`), h("div", { class: "small" }, `${Math.round(f.score_low)} to ${Math.round(f.score_high)}`)),
      h("div", { class: "card" }, h("div", { class: "soft small" }, "Weakest rope"), h("div", { class: "figure" }, f.weakest), h("div", { class: "small" }, `balance ${points(f.weakest_balance)}`)),
      h("div", { class: "card" }, h("div", { class: "soft small" }, "Leans on"), lean.slice(0, 4).map(([p, v]) => h("div", {}, dot(meta.powers[p] ?? "#999999"), `${name(p)} ${percent(v)}`)))),
    h("h2", {}, "The ropes"),
    h("div", { class: "row small" }, Object.entries(meta.powers).map(([p, c]) => h("span", {}, dot(c), name(p))), h("span", {}, dot("#b9bec2"), "others"), h("span", {}, dot("#ffffff"), "not allocated")),
    h("div", { "data-test": "ropes" }, f.ropes.map((r) => rope(meta, r))),
  ];
}

function rope(meta, r) {
  const head = h("div", { class: "row spread" }, h("strong", {}, r.dimension), h("span", { class: "soft small" }, r.has_data ? `balance ${points(r.balance)} (${points(r.balance_low)} to ${points(r.balance_high)})` : "no data"));
  if (!r.has_data) return h("div", { class: "rope" }, head, h("p", { class: "soft small" }, r.note || "Nothing is published that would say who holds it."));
  const parts = [...r.shares.map((s) => ({ colour: meta.powers[s.power] ?? "#999999", share: s.share, text: `${name(s.power)} ${percent(s.share)}` })),
    { colour: "#b9bec2", share: r.others, text: `others ${percent(r.others)}` }, { colour: "#ffffff", share: r.rest, text: `not allocated ${percent(r.rest)}` }];
  return h("div", { class: "rope" }, head,
    h("div", { class: "strip", role: "img", "aria-label": parts.filter((p) => p.share > 0.005).map((p) => p.text).join(", ") },
      parts.filter((p) => p.share > 0).map((p) => h("i", { class: isDark(p.colour) ? "light" : null, colour: p.colour, width_pct: 100 * p.share, title: p.text }, p.share > 0.12 ? p.text : ""))),
    h("p", { class: "soft small" }, `${r.measure}, ${r.year}${r.is_modelled ? "; from the corridor model" : ""}. ${r.note} `,
      [...new Set(r.shares.flatMap((s) => s.evidence))].slice(0, 6).map((id) => h("a", { href: `#evidence?text=${id}` }, `${id} `))));
}

function loss(f) {
  const all = f.territories.filter((t) => t.goods === "all");
  return [all.length ? table("Without a territory: the country's trade by value at its border", [
    { title: "Territory", get: (t) => name(t.territory) },
    { title: "crosses it", is_number: true, get: (t) => percent(t.crossing_share) },
    { title: "lost if closed", is_number: true, get: (t) => percent(t.loss) },
    { title: "of what crossed, finds another way", is_number: true, get: (t) => (t.kept === null ? "–" : percent(t.kept)) },
  ], all) : null,
  f.flags.length ? h("p", { class: "small" }, h("strong", {}, "Ties without a share: "), f.flags.join("; ")) : null];
}

function timeline(params) {
  const party = params.get("party") ?? "";
  const rows = events.filter((e) => !party || e.parties.includes(party)).slice().reverse();
  const parties = [...new Set(events.flatMap((e) => e.parties))].sort();
  const years = [...new Set(rows.map((e) => e.date.slice(0, 4)))];
  return [h("h2", {}, "What happened"),
    h("label", { class: "field" }, "Who took part", h("select", { "data-test": "party", onchange: (e) => write({ party: e.target.value }) }, h("option", { value: "" }, "anybody"), parties.map((p) => h("option", { value: p, selected: p === party }, p)))),
    h("div", { "data-test": "events" }, years.map((y, i) => h("details", { open: i < 2 }, h("summary", {}, `${y} (${rows.filter((e) => e.date.startsWith(y)).length})`),
      h("ul", {}, rows.filter((e) => e.date.startsWith(y)).map((e) => h("li", { class: "small" },
        h("strong", {}, e.date), ` ${e.title} `, h("span", { class: "chip" }, e.status), e.parties.map((p) => h("span", { class: "soft" }, `${p} `)),
        h("div", { class: "soft" }, e.model_ids.length ? `In the model: ${e.model_ids.join(", ")}. ` : "Changes nothing in the model. ", e.reason)))))))];
}

const downloads = (f) => h("div", { class: "tools" },
  button("Ropes (CSV)", () => saveCsv(`serai-ropes-${f.country}`, [["dimension", "measure", "year", "power", "share", "low", "high", "evidence"],
    ...f.ropes.flatMap((r) => r.shares.map((s) => [r.dimension, r.measure, r.year, s.power, s.share, s.low, s.high, s.evidence.join(";")]))]), "csv"),
  button("Result (JSON)", () => saveJson(`serai-vectors-${f.country}`, f), "json"),
  button("Events (CSV)", () => saveCsv("serai-events", [["id", "date", "title", "parties", "kind", "status", "model_ids", "reason", "source"],
    ...events.map((e) => [e.id, e.date, e.title, e.parties.join(";"), e.kind, e.status, e.model_ids.join(";"), e.reason, e.source])])));

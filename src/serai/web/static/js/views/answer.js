// Answer: the headline, the cases, what binds and what it takes, in three languages; and the report.

import { fixed, follow, get } from "../api.js";
import { errorBox, h, progressLine } from "../dom.js";
import { button, saveCsv, saveJson } from "../download.js";
import { prefs, read } from "../state.js";
import { t } from "../words.js";

const STUDIES = ["tariff", "frictions", "storage", "frontier", "conditions", "invest", "brief", "backcast"];

const kept = new Map();

export async function render(root) {
  const lang = prefs.lang;
  await fixed("meta");
  try {
    if (!kept.has(lang)) kept.set(lang, await get(`/api/answer?lang=${lang}`));
    if (read().view !== "answer" || prefs.lang !== lang) return;
    root.replaceChildren(...content(kept.get(lang), lang));
  } catch (error) {
    if (!error.errors) throw error;
    const isMissing = error.errors.some((e) => e.kind === "NotStoredError");
    root.replaceChildren(h("h1", {}, t("nav.answer")), ...[isMissing ? h("p", {}, t("answer.none")) : errorBox(error.errors), studies()].flat());
  }
}

function content(found, lang) {
  const narrow = innerWidth < 700;
  const [first, ...rest] = found.headline;
  return [
    h("h1", { class: "headline", "data-test": "headline" }, first),
    ...rest.map((text) => h("p", { class: "lead" }, text)),
    found.is_stale ? h("p", { class: "error" }, t("answer.stale")) : null,
    h("div", { class: "tools" },
      h("a", { href: `/report?lang=${lang}`, target: "_blank", rel: "noopener", "data-test": "report" }, t("answer.report")),
      h("a", { href: `/report?lang=${lang}`, download: `serai-answer-${lang}.html` }, t("answer.save")),
      button("JSON", () => saveJson("serai-answer", found.answer), "json")),
    ...found.sections.flatMap((section, i) => [
      i ? h("h2", {}, section.title) : null,
      ...section.charts.map((name) => chart(name, section.title, lang, narrow)),
      ...section.tables.map((one, k) => [tableOf(one), h("div", { class: "tools" }, button("CSV", () => saveCsv(`serai-answer-${i}-${k}`, rowsOf(one))))]).flat(),
    ]),
    studies(),
  ].flat().filter(Boolean);
}

/** Studies that take minutes, run anew beside what is stored. */
function studies() {
  const out = h("div", {});
  let job = null;
  const line = progressLine(() => { job?.cancel(); line.hide(); });
  const chosen = h("select", { "aria-label": t("studies"), "data-test": "study" }, STUDIES.map((name) => h("option", { value: name }, name)));
  const run = async () => {
    job?.cancel();
    out.replaceChildren();
    try {
      job = follow("/api/studies", { study: chosen.value }, { onJob: (state) => line.show(state) });
      const name = chosen.value, found = await job.promise;
      if (found) out.replaceChildren(h("div", { class: "tools" }, button(`${name} (JSON)`, () => saveJson(`serai-${name}`, found), "study-json")));
    } catch (error) {
      if (!error.errors) throw error;
      out.replaceChildren(errorBox(error.errors));
    }
    line.hide();
  };
  return [h("h2", {}, t("studies")), h("p", { class: "soft" }, t("studies.note")), h("div", { class: "row" }, chosen, button(t("studies.run"), run, "study-run")), line.box, out];
}

function chart(name, title, lang, narrow) {
  const source = `/api/charts/${name}?lang=${lang}${narrow ? "&width=narrow" : ""}`;
  return h("figure", {}, h("img", { class: "picture", src: source, alt: title, loading: "lazy", "data-chart": name }),
    h("figcaption", { class: "small" }, h("a", { href: source, download: `serai-${name}.svg` }, "SVG")));
}

const cell = (text, i, one) => h("td", { class: i >= one.n_text ? "n" : null }, text);

function tableOf(one) {
  return h("div", { class: "scroll" }, h("table", {}, h("caption", {}, one.caption),
    h("thead", {},
      one.spans.length ? h("tr", {}, one.spans.map(([text, n]) => h("th", { colspan: n }, text))) : null,
      h("tr", {}, one.heads.map((text, i) => h("th", { scope: "col", class: i >= one.n_text ? "n" : null }, text)))),
    h("tbody", {}, one.groups.flatMap((group) => [
      group.title ? h("tr", {}, h("th", { colspan: one.heads.length, scope: "rowgroup" }, group.title)) : null,
      ...group.rows.map((row) => h("tr", {}, row.map((text, i) => cell(text, i, one)))),
    ]).filter(Boolean))), one.note ? h("p", { class: "soft small" }, one.note) : null);
}

const rowsOf = (one) => [["group", ...one.heads], ...one.groups.flatMap((g) => g.rows.map((row) => [g.title, ...row]))];

// Evidence: where numbers come from, searched by words, place, link, topic, source and grade.

import { get } from "../api.js";
import { errorBox, h, table } from "../dom.js";
import { button, saveCsv, saveJson } from "../download.js";
import { amount } from "../format.js";
import { read, write } from "../state.js";

const FIELDS = [["text", "Words, or an id", "R_CASP_FEEDER"], ["place", "Place", "Aktau"], ["link", "Link or its two places", "KZAAU-AZALA"],
  ["topic", "Topic", "tariff"], ["source", "Source", "F0220"]];
const MOST = 150;

export async function render(root, params) {
  const query = new URLSearchParams([...params].filter(([key, value]) => value && [...FIELDS.map((f) => f[0]), "grade"].includes(key)));
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    write(Object.fromEntries([...FIELDS.map((f) => f[0]), "grade"].map((key) => [key, form.get(key)?.trim() ?? ""])));
  };
  const form = h("form", { onsubmit: submit, role: "search" },
    h("div", { class: "cards" }, FIELDS.map(([key, title, hint]) => h("label", { class: "field" }, title,
      h("input", { name: key, value: params.get(key) ?? "", placeholder: hint, autocomplete: "off" }))),
    h("label", { class: "field" }, "Grade", h("select", { name: "grade" }, [["", "any"], ["observed", "observed"], ["derived", "derived"], ["assumed", "assumed"]]
      .map(([v, text]) => h("option", { value: v, selected: (params.get("grade") ?? "") === v }, text))))),
    h("button", { class: "main" }, "Search"));
  const out = h("div", { "data-test": "evidence" });
  root.replaceChildren(h("h1", {}, "Where numbers come from"),
    h("p", { class: "soft" }, "Every number of the tables has a row: value, range, unit, year, grade and sources. What nobody published is marked assumed, with a range."), form, out);
  if (![...query].length) return;
  out.replaceChildren(h("p", { class: "soft" }, "Searching …"));
  try {
    const found = await get(`/api/evidence?${query}`);
    if (read().view === "evidence") out.replaceChildren(...show(found));
  } catch (error) {
    if (!error.errors) throw error;
    out.replaceChildren(errorBox(error.errors));
  }
}

function show(found) {
  const rows = found.numbers;
  const range = (r) => (r.low === null || r.high === null ? "" : `${amount(r.low)} to ${amount(r.high)}`);
  return [
    h("h2", {}, `${rows.length} number${rows.length === 1 ? "" : "s"}`),
    h("div", { class: "tools" },
      button("Table (CSV)", () => saveCsv("serai-evidence", [["id", "what", "meaning", "value", "low", "high", "unit", "year", "grade", "sources", "note"],
        ...rows.map((r) => [r.id, r.what, r.meaning, r.value, r.low, r.high, r.unit, r.year, r.grade, r.source_ids.join(";"), r.note])]), "csv"),
      button("Result (JSON)", () => saveJson("serai-evidence", found), "json")),
    rows.length > MOST ? h("p", { class: "soft" }, `The first ${MOST} are shown; the files have all.`) : null,
    table("Numbers", [
      { title: "What", get: (r) => h("span", {}, r.what, h("div", { class: "soft small" }, r.meaning), r.note ? h("div", { class: "soft small" }, r.note) : null) },
      { title: "Value", is_number: true, get: (r) => h("span", {}, typeof r.value === "number" ? amount(r.value) : String(r.value), ` ${r.unit}`, h("div", { class: "soft small" }, range(r))) },
      { title: "Year", get: (r) => r.year },
      { title: "Grade", get: (r) => h("span", { class: `chip${r.grade === "assumed" ? " bad" : ""}` }, r.grade) },
      { title: "Sources", get: (r) => r.source_ids.map((id) => h("a", { href: `#evidence?source=${encodeURIComponent(id)}`, class: "small" }, `${id} `)) },
    ], rows.slice(0, MOST)),
    ...rows.slice(0, MOST).filter((r) => r.chain.length).slice(0, 10).map((r) => h("details", {}, h("summary", {}, `How ${r.id} is derived`),
      h("ul", {}, r.chain.map((c) => h("li", {}, `${c.id} = ${c.formula} = ${amount(c.value)}`, c.note ? ` (${c.note})` : ""))))),
    found.sources.length ? h("div", {}, h("h2", {}, "Sources"), h("ul", {}, found.sources.map((s) => h("li", { class: "small" }, h("strong", {}, s.id), `: ${s.title}. ${s.publisher}${s.date ? ` ${s.date}.` : ""} `,
      /^https?:/.test(s.url) ? h("a", { href: s.url, rel: "noopener noreferrer", target: "_blank" }, "open") : "")))) : null,
  ].filter(Boolean);
}

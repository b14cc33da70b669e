// The frame: which view is shown, and what a person prefers.

import { fixed } from "./api.js";
import { errorBox, h, toast } from "./dom.js";
import { share } from "./download.js";
import { moneyYears, setRates } from "./format.js";
import * as map from "./map.js";
import { adopt, onChange, prefer, prefs, read, shared } from "./state.js";
import { LANGUAGES, t } from "./words.js";

const VIEWS = ["answer", "map", "compare", "quote", "scenario", "tightrope", "evidence"];
const MAPPED = new Set(["map", "compare", "quote", "scenario"]);

let leave = () => {}, shown = null, turn = 0;

function applyTheme() {
  const dark = prefs.theme ? prefs.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.lang = prefs.lang;
}

function frame() {
  const { view } = read();
  document.getElementById("nav").replaceChildren(...VIEWS.map((name) => h("a", {
    href: `#${name}`, "aria-current": name === view ? "page" : null, "data-view": name,
  }, t(`nav.${name}`))));
  const pick = (title, key, options) => h("select", {
    "aria-label": title, title, onchange: (event) => prefer({ [key]: event.target.value }), "data-pref": key,
  }, options.map(([value, text]) => h("option", { value, selected: prefs[key] === value }, text)));
  document.getElementById("settings").replaceChildren(
    pick("Amounts in", "box", [["TEU", "TEU"], ["FEU", "FEU"], ["t", "t"]]),
    pick("Currency", "money", [["USD", "USD"], ["EUR", "EUR"]]),
    pick("Money of which year, at constant prices", "year", [["", t("money.own")], ...moneyYears().map((y) => [String(y), t("money.of", y)])]),
    pick("Language", "lang", LANGUAGES),
    pick("Light or dark", "theme", [["", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]]),
    h("button", { type: "button", onclick: async () => toast((await share()) ? t("link.copied") : shared()) }, t("link")),
  );
}

async function show() {
  const mine = (turn += 1);
  const { view, params } = read();
  const name = VIEWS.includes(view) ? view : "answer";
  applyTheme();
  frame();
  const root = document.getElementById("view");
  if (name !== shown) {
    leave();
    leave = () => {};
    root.replaceChildren(h("p", { class: "soft" }, "…"));
    document.body.classList.toggle("mapped", MAPPED.has(name));
    document.getElementById("stage").hidden = !MAPPED.has(name);
    document.title = `${t(`nav.${name}`)} – Serai`;
    scrollTo(0, 0);
  }
  try {
    const module = await import(`./views/${name}.js`);
    if (mine !== turn) return;
    if (MAPPED.has(name)) {
      map.resize();
      if (name !== shown) { await map.ready(); map.resize(); map.clear(); }
    }
    if (mine !== turn) return;
    const first = name !== shown;
    shown = name;
    leave = module.leave ?? (() => {});
    await module.render(root, params, { first });
  } catch (error) {
    if (mine === turn) root.replaceChildren(errorBox(error.errors ?? [{ message: String(error) }]));
    if (!error.errors) throw error;
  }
}

onChange(show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { applyTheme(); map.repaint(); });
let theme = prefs.theme;
onChange(() => { if (theme !== prefs.theme) { theme = prefs.theme; map.repaint(); } });

adopt();
const meta = await fixed("meta");
setRates(meta.rates);
document.getElementById("footer").append(h("p", {}, `Serai ${meta.version}, data ${meta.data_version}.`));
document.documentElement.dataset.ready = "yes";
await show();

// The state of the page is its address: #view?key=value, so that a link can be shared.

const listeners = [];

export function read() {
  const [view, query = ""] = location.hash.slice(1).split("?");
  return { view: view || "answer", params: new URLSearchParams(query) };
}

/** Change some parameters of the address; null takes one away. A silent change redraws nothing. */
export function write(changes, { view = null, silent = false } = {}) {
  const now = read();
  const params = view && view !== now.view ? new URLSearchParams() : now.params;
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") params.delete(key);
    else params.set(key, typeof value === "string" ? value : JSON.stringify(value));
  }
  const text = params.toString();
  const hash = `#${view ?? now.view}${text ? `?${text}` : ""}`;
  if (hash === location.hash) return;
  if (silent) history.replaceState(null, "", hash);
  else location.hash = hash;
}

export function json(params, key, fallback) {
  try { return JSON.parse(params.get(key)) ?? fallback; } catch { return fallback; }
}

export function onChange(listener) { listeners.push(listener); }
addEventListener("hashchange", () => { adopt(); listeners.forEach((l) => l()); });

// What a person prefers, kept in the browser.
const defaults = { theme: "", lang: "en", box: "TEU", money: "USD", year: "" };
export const prefs = { ...defaults, ...JSON.parse(localStorage.getItem("serai") ?? "{}") };
export const UNITS = ["box", "money", "year"];

/** The address of the page with the units that its numbers are told in. */
export function shared() {
  const { view, params } = read();
  for (const key of UNITS) if (prefs[key] !== defaults[key]) params.set(`in-${key}`, prefs[key]);
  const text = params.toString();
  return `${location.href.split("#")[0]}#${view}${text ? `?${text}` : ""}`;
}

/** Take the units of a link that somebody passed on. */
export function adopt() {
  const { params } = read();
  const given = UNITS.filter((key) => params.has(`in-${key}`));
  for (const key of given) prefs[key] = params.get(`in-${key}`);
  if (given.length) write(Object.fromEntries(given.map((key) => [`in-${key}`, null])), { silent: true });
}

export function prefer(changes) {
  Object.assign(prefs, changes);
  localStorage.setItem("serai", JSON.stringify(prefs));
  listeners.forEach((l) => l());
}

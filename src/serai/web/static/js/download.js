// What is shown, as a file.

import { h } from "./dom.js";
import { png } from "./map.js";
import { shared } from "./state.js";

export function save(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

export const saveJson = (name, data) => save(`${name}.json`, new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
export const saveText = (name, text, type = "text/plain") => save(name, new Blob([text], { type }));

/** Rows are arrays; the first is the heading. */
export function saveCsv(name, rows) {
  const cell = (v) => {
    const text = v === null || v === undefined ? "" : String(v);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  save(`${name}.csv`, new Blob([`${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`], { type: "text/csv" }));
}

export async function savePng(name) { save(`${name}.png`, await png()); }

export const button = (title, onclick, test = null) => h("button", { type: "button", onclick, "data-test": test }, title);

/** Copy the address of the page as it is, units included. */
export async function share() {
  try { await navigator.clipboard.writeText(shared()); return true; } catch { return false; }
}

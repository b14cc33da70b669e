// Numbers for people, in the units they chose. What is sent is in TEU, tonnes and USD of the run's year.

import { prefs } from "./state.js";

let usdPerEur = null;
export const setMoney = (rate) => { usdPerEur = rate; };
export const hasEuro = () => usdPerEur !== null;

/** Three significant digits, with words for millions, as the command line prints them. */
export function amount(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${digits(value / 1e6)} million`;
  if (size > 0 && size < 0.005) return "< 0.01";
  return digits(value);
}

function digits(value) {
  const text = Math.abs(value) >= 1000
    ? Number(value.toPrecision(3)).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

export const signed = (value) => (value > 0 ? `+${amount(value)}` : amount(value));
export const percent = (share) => `${digits(100 * share)} %`;
export const boxes = (teu) => `${amount(prefs.box === "FEU" ? teu / 2 : teu)} ${prefs.box}`;
export const boxUnit = () => prefs.box;
export const inBoxes = (teu) => (prefs.box === "FEU" ? teu / 2 : teu);

/** A price in USD per TEU, told in the currency and the box that were chosen. */
export const perBox = (usdTeu) => money(prefs.box === "FEU" ? 2 * usdTeu : usdTeu);
export const currency = () => (prefs.money === "EUR" && usdPerEur ? "EUR" : "USD");
export const inCurrency = (usd) => (currency() === "EUR" ? usd / usdPerEur : usd);
export const money = (usd) => amount(inCurrency(usd));
export const perBoxUnit = () => `${currency()}/${prefs.box}`;

export const hours = (h) => (h === null || h === undefined ? "–" : h >= 48 ? `${digits(h / 24)} days` : `${digits(h)} h`);

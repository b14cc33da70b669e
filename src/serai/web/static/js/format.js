// Numbers for people, in the units they chose. What is sent is in TEU, tonnes and USD of the run's year.

import { prefs } from "./state.js";

let rates = {}, ratesOf = null;

/** Mean rates and prices by year, such as {2023: {usd_per_eur, us_cpi}}. */
export const setRates = (told) => { rates = told; };
export const moneyYears = () => Object.keys(rates).map(Number);

/** What is told from here on is in money of a run's year, or of the nearest that has a mean. */
export function tellOf(year) {
  ratesOf = moneyYears().reduce((best, known) => (best === null || Math.abs(known - year) < Math.abs(best - year) ? known : best), null);
}

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

/** Boxes are told in TEU or FEU; where a person wants tonnes, beside them. */
export const boxUnit = () => (prefs.box === "FEU" ? "FEU" : "TEU");
export const inBoxes = (teu) => (boxUnit() === "FEU" ? teu / 2 : teu);

/** What somebody carries, in the unit that was chosen. */
export const carriedUnit = () => (prefs.box === "t" ? "t" : boxUnit());
export const carried = (row) => (carriedUnit() === "t" ? row.t : inBoxes(row.teu));

/** A price in USD per TEU, told in the money and the box that were chosen. */
export const perBox = (usdTeu) => money(boxUnit() === "FEU" ? 2 * usdTeu : usdTeu);
export const currency = () => (prefs.money === "EUR" && rates[ratesOf] ? "EUR" : "USD");
const yearOf = () => (prefs.year in rates && rates[ratesOf] ? Number(prefs.year) : ratesOf);
export const moneyWord = () => (yearOf() === ratesOf ? currency() : `${currency()} of ${yearOf()}`);
export function inMoney(usd) {
  const [here, there] = [rates[ratesOf], rates[yearOf()]];
  if (!here) return usd;
  const then = usd * (there.us_cpi / here.us_cpi);
  return currency() === "EUR" ? then / there.usd_per_eur : then;
}
export const money = (usd) => amount(inMoney(usd));
export const perBoxUnit = () => `${moneyWord()}/${boxUnit()}`;

/** A number and its unit as the command line has them, in the units that were chosen. */
export function chosen(value, unit) {
  const [what, per] = unit.split("/");
  if (what === "TEU") return [inBoxes(value), [boxUnit(), per].filter(Boolean).join("/")];
  if (what === "USD" && per === "TEU") return [inMoney(boxUnit() === "FEU" ? 2 * value : value), perBoxUnit()];
  if (what === "USD" && per === "t") return [inMoney(value), `${moneyWord()}/t`];
  return [value, unit];
}

export const hours = (h) => (h === null || h === undefined ? "–" : h >= 48 ? `${digits(h / 24)} days` : `${digits(h)} h`);

// Numbers for people, in the units they chose. What is sent is in TEU, tonnes and USD of the run's year.

import { prefs } from "./state.js";

let rates = {}, ratesOf = null;

/** Mean rates and prices by year, such as {2023: {usd_per_eur, us_cpi}}. */
export const setRates = (told) => { rates = told; };
export const moneyYears = () => Object.keys(rates).map(Number);

const nearest = (year) => moneyYears().reduce((best, known) => (best === null || Math.abs(known - year) < Math.abs(best - year) ? known : best), null);

/** What is told from here on is in money of a run's year, or of the nearest that has a mean. */
export function tellOf(year) { ratesOf = nearest(year); }

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
export const currency = () => (prefs.money === "EUR" && moneyYears().length ? "EUR" : "USD");
const isFixed = () => prefs.year in rates;
export const moneyWord = () => (isFixed() ? `${currency()} of ${prefs.year}` : currency());
function inMoney(usd, year = ratesOf) {
  const [here, there] = [rates[year], rates[isFixed() ? prefs.year : year]];
  if (!here) return usd;
  const then = usd * (there.us_cpi / here.us_cpi);
  return currency() === "EUR" ? then / there.usd_per_eur : then;
}
export const money = (usd) => amount(inMoney(usd));
export const perBoxUnit = () => `${moneyWord()}/${boxUnit()}`;

/** The unit in which a row of the command line is told: TEU, TEU/yr, t/yr, USD/TEU, USD/t. */
export const unitOf = (unit) => unit.replace("USD", moneyWord()).replace("TEU", boxUnit());

/** A number of the command line in the unit that was chosen; money is of a run's year. */
export function inChosen(value, unit, year) {
  const [what, per] = unit.split("/");
  if (what === "TEU") return inBoxes(value);
  if (what !== "USD") return value;
  return inMoney(per === "TEU" && boxUnit() === "FEU" ? 2 * value : value, nearest(year));
}

export const hours = (h) => (h === null || h === undefined ? "–" : h >= 48 ? `${digits(h / 24)} days` : `${digits(h)} h`);

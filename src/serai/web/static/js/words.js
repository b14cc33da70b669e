// Words of the frame in three languages; the answer's own come from the server.

import { prefs } from "./state.js";

export const LANGUAGES = [["en", "English"], ["ru", "Русский"], ["kk", "Қазақша"]];

const WORDS = {
  "nav.answer": ["Answer", "Ответ", "Жауап"],
  "nav.map": ["Map", "Карта", "Карта"],
  "nav.compare": ["Compare", "Сравнение", "Салыстыру"],
  "nav.quote": ["Quote", "Ставка", "Баға"],
  "nav.scenario": ["Scenario", "Сценарий", "Сценарий"],
  "nav.tightrope": ["Tightrope", "Равновесие", "Тепе-теңдік"],
  "nav.evidence": ["Evidence", "Источники", "Дереккөздер"],
  "theme.auto": ["As the system", "Как в системе", "Жүйедегідей"],
  "theme.light": ["Light", "Светлая", "Ашық"],
  "theme.dark": ["Dark", "Тёмная", "Қараңғы"],
  link: ["Copy link", "Скопировать ссылку", "Сілтемені көшіру"],
  "link.copied": ["The link is copied", "Ссылка скопирована", "Сілтеме көшірілді"],
};

export function t(key) {
  const at = LANGUAGES.findIndex(([lang]) => lang === prefs.lang);
  return WORDS[key]?.[Math.max(at, 0)] ?? key;
}

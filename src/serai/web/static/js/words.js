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
  "answer.none": [
    "No answer is stored for these tables. Make one with: serai answer --json > answer.json, beside the tables.",
    "Для этих таблиц ответ не сохранён. Создайте его: serai answer --json > answer.json, рядом с таблицами.",
    "Бұл кестелер үшін жауап сақталмаған. Оны жасаңыз: serai answer --json > answer.json, кестелердің жанында.",
  ],
  "answer.stale": [
    "The tables have changed since this answer was computed.",
    "С тех пор как этот ответ был рассчитан, таблицы изменились.",
    "Бұл жауап есептелгеннен бері кестелер өзгерді.",
  ],
  "answer.report": ["The whole report", "Весь отчёт", "Толық есеп"],
  "answer.save": ["Save the report", "Сохранить отчёт", "Есепті сақтау"],
  studies: ["Studies", "Исследования", "Зерттеулер"],
  "studies.note": [
    "Half a minute to six minutes each, one after the other, as the commands of the same names.",
    "От полуминуты до шести минут каждое, одно за другим, как одноимённые команды.",
    "Әрқайсысы жарты минуттан алты минутқа дейін, бірінен соң бірі, аттас командалар сияқты.",
  ],
  "studies.run": ["Run", "Запустить", "Іске қосу"],
  "money.own": ["Own year", "Своего года", "Өз жылы"],
  "money.of": ["of {}", "{} года", "{} жылғы"],
  link: ["Copy link", "Скопировать ссылку", "Сілтемені көшіру"],
  "link.copied": ["The link is copied", "Ссылка скопирована", "Сілтеме көшірілді"],
};

/** A word of the frame; {} in it stands for what is given. */
export function t(key, given = "") {
  const at = LANGUAGES.findIndex(([lang]) => lang === prefs.lang);
  return (WORDS[key]?.[Math.max(at, 0)] ?? key).replace("{}", given);
}

// Elements, tables and messages.

/** Make an element: h("p", {class: "soft"}, "text", child). Attributes that start with "on" are listeners. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "colour") element.style.background = value;
    else if (key === "width_pct") element.style.width = `${value}%`;
    else if (key === "value" && "value" in element) element.value = value;
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** A table: columns are {title, get, is_number}; rows may be picked. */
export function table(caption, columns, rows, onpick = null) {
  return h("div", { class: "scroll" }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, columns.map((c) => h("th", { class: c.is_number ? "n" : null, scope: "col" }, c.title)))),
    h("tbody", {}, rows.map((row) => {
      const pick = onpick && (() => onpick(row));
      return h("tr", {
        tabindex: pick ? 0 : null,
        onclick: pick || (() => {}),
        onkeydown: (event) => { if (pick && event.key === "Enter") pick(); },
      }, columns.map((c) => h("td", { class: c.is_number ? "n" : null }, c.get(row) ?? "–")));
    })),
  ));
}

/** Whether white letters can be read better than dark ones on a colour, such as #0072b2. */
export function isDark(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.18;
}

export const dot = (colour) => h("span", { class: "dot", colour, "aria-hidden": "true" });

export function errorBox(errors) {
  return h("div", { class: "error", role: "alert" }, errors.map((e) => e.message).join("\n"));
}

/** A line that says how far a job is, with a button that calls it off. */
export function progressLine(oncancel) {
  const bar = h("div", { class: "progress" }, h("i"));
  const text = h("span", { class: "soft small" });
  const stop = h("button", { type: "button", onclick: oncancel }, "Stop");
  const box = h("div", { hidden: true, "data-test": "progress" }, h("div", { class: "row spread" }, text, oncancel && stop), bar);
  return {
    box,
    show(job) {
      box.hidden = false;
      text.textContent = job.stage ? `${job.stage}${job.total ? ` ${job.done}/${job.total}` : ""} …` : "waiting …";
      bar.classList.toggle("known", job.total > 0);
      bar.firstChild.style.width = job.total > 0 ? `${(100 * job.done) / job.total}%` : "";
    },
    hide() { box.hidden = true; },
  };
}

export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  setTimeout(() => { if (box.textContent === text) box.textContent = ""; }, 3500);
}

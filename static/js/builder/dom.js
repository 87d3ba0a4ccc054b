/** Small means of making elements. Text is always set as text, never as markup. */

/**
 * Makes an element. Properties that start with "on" are listeners, "class" and "data-*"/"aria-*"/"role" attributes;
 * `false`, `null` and `undefined` leave an attribute out, `true` sets it empty.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "checked") element.checked = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  up: "M8 12.5v-9M4 7l4-4 4 4",
  down: "M8 3.5v9M4 9l4 4 4-4",
  remove: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6h7v7H6zM3 10V3h7",
  plus: "M8 3v10M3 8h10",
  chevron: "M4 6l4 4 4-4",
  group: "M3 3h3M3 3v10h3M9 5h4M9 11h4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  check: "M3.5 8.5l3 3 6-7",
  undo: "M6 3L3 6l3 3M3 6h6a4 4 0 010 8H6",
  redo: "M10 3l3 3-3 3M13 6H7a4 4 0 000 8h3",
};

/** A line icon, hidden from screen readers: the button that holds it carries the words. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 16 16", class: "rb-icon", "aria-hidden": "true", focusable: "false", fill: "none",
    stroke: "currentColor", "stroke-width": name === "more" || name === "grip" ? "2" : "1.5", "stroke-linecap": "round", "stroke-linejoin": "round",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const numbers = new Intl.NumberFormat("en-GB");

/** 12345 → "12,345". */
export const count = (value) => numbers.format(value);

/** "1 partner", "2 partners". */
export const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Calls `action` once things have been quiet for `wait` milliseconds. */
export function debounced(action, wait) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

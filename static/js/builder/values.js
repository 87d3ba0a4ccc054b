/** The control for a condition's value, by the type of its field and what its operator takes. */

import { combobox } from "./combobox.js";
import { count, h, icon } from "./dom.js";

const CHOICES = new Set(["choice", "ordered_choice", "multi_choice", "segment"]);
const HTML_TYPE = { date: "date", datetime: "datetime-local" };

/**
 * context: {vocabulary, suggest(field, words) → promise of [{value, label, count}], change(value), draw(value)}
 * `change` records a value while somebody types; `draw` records it and draws again.
 */
export function valueEditor(node, context) {
  const field = context.vocabulary.field(node.field);
  const takes = context.vocabulary.takes(node);
  if (!field || takes === "none") return null;
  if (takes === "many") return chips(node, field, context);
  if (takes === "range") return range(node, field, context);
  if (takes === "period") return period(node, field, context);
  if (field.type === "boolean") return yesOrNo(node, field, context);
  if (CHOICES.has(field.type)) return oneChoice(node, field, context);
  if (field.type === "text") return words(node, field, context);
  return plainInput(node, field, node.value, `Value of ${field.label}`, "value", (value) => context.change(value));
}

function plainInput(node, field, value, label, part, change) {
  const numeric = field.type === "number" || field.type === "money";
  return h("input", {
    type: HTML_TYPE[field.type] ?? "text", class: `rb-input${numeric ? " rb-input--number" : ""}`,
    inputmode: numeric ? "decimal" : null, autocomplete: "off", "aria-label": label, "data-key": `${node.id}:${part}`,
    placeholder: field.type === "money" ? "0.00" : numeric ? "0" : null,
    value: shownValue(field, value), onkeydown: noSubmit,
    oninput: (event) => change(event.target.value.trim()),
  });
}

/** A stored instant as the browser's own control shows it. */
function shownValue(field, value) {
  if (value === undefined || value === null) return "";
  if (field.type === "datetime") return String(value).length === 10 ? `${value}T00:00` : String(value).slice(0, 16);
  return String(value);
}

function noSubmit(event) {
  if (event.key === "Enter") event.preventDefault();
}

function range(node, field, context) {
  const pair = () => (Array.isArray(context.latest().value) ? [...context.latest().value] : ["", ""]);
  const part = (at, label) => plainInput(node, field, node.value?.[at], `${field.label}, ${label}`, `value${at}`, (value) => {
    const next = pair();
    next[at] = value;
    context.change(next);
  });
  return h("div", { class: "rb-range" }, part(0, "from"), h("span", { class: "rb-range__and" }, "and"), part(1, "to"));
}

function period(node, field, context) {
  const name = node.operator.toLowerCase().includes("next") ? "next" : "last";
  const have = { [name]: "", unit: "days", ...(typeof node.value === "object" ? node.value : {}) };
  const change = (part) => context.change({ ...have, ...(context.latest().value ?? {}), ...part });
  return h("div", { class: "rb-range" },
    h("input", { type: "text", inputmode: "numeric", class: "rb-input rb-input--number rb-input--short", value: have[name],
      "aria-label": "How many", "data-key": `${node.id}:value`, onkeydown: noSubmit,
      oninput: (event) => change({ [name]: Number(event.target.value) || "" }) }),
    h("select", { class: "rb-select", "aria-label": "Unit", "data-key": `${node.id}:unit`, onchange: (event) => change({ unit: event.target.value }) },
      ["days", "weeks", "months", "quarters", "years"].map((unit) => h("option", { value: unit, selected: unit === have.unit }, unit))));
}

function yesOrNo(node, field, context) {
  const options = [[true, "Yes"], [false, "No"]];
  return h("div", { class: "rb-segmented", role: "radiogroup", "aria-label": `Value of ${field.label}` },
    options.map(([value, label]) => h("label", { class: "rb-segmented__option" },
      h("input", { type: "radio", name: `${node.id}-value`, checked: node.value === value, "data-key": `${node.id}:value${label}`,
        onchange: () => context.change(value) }),
      h("span", {}, label))));
}

/** Known choices and, from the server, the values there are with how many have each. */
async function options(field, typed, chosen, context) {
  const answer = await context.suggest(field, typed);
  const mark = (option) => ({ ...option, chosen: chosen.includes(option.value) });
  const counted = (option) => ({
    value: option.value,
    label: option.label,
    detail: option.label !== option.value && field.type !== "segment" ? option.value : option.detail,
    note: option.count === null || option.count === undefined ? "" : count(option.count),
  });
  return answer.map(counted).map(mark);
}

function oneChoice(node, field, context) {
  return combobox({
    label: `Value of ${field.label}`, key: `${node.id}:value`, placeholder: "Choose a value",
    text: node.value === undefined ? "" : context.vocabulary.label(field, node.value),
    load: (typed) => options(field, typed, [node.value], context),
    pick: (option) => context.draw(option.value, `${node.id}:value`),
  });
}

function words(node, field, context) {
  return combobox({
    label: `Value of ${field.label}`, key: `${node.id}:value`, placeholder: "Type a value", text: node.value ?? "",
    load: (typed) => options(field, typed, [node.value], context),
    type: (typed) => context.change(typed),
    pick: (option) => context.change(option.value),
  });
}

function chips(node, field, context) {
  const chosen = Array.isArray(node.value) ? node.value : [];
  const free = !CHOICES.has(field.type);
  const key = `${node.id}:value`;
  const now = () => (Array.isArray(context.latest().value) ? context.latest().value : []);
  const add = (value) => context.draw([...now().filter((each) => each !== value), value], key, true);
  const drop = (value) => context.draw(now().filter((each) => each !== value), key);
  const label = (value) => (free ? String(value) : context.vocabulary.label(field, value));
  if (field.type === "date" || field.type === "datetime") return dateChips(node, field, chosen, add, drop);
  const box = combobox({
    label: `Values of ${field.label}`, key, placeholder: chosen.length ? "Add another" : free ? "Type a value, press Enter" : "Choose values",
    inputmode: field.type === "number" || field.type === "money" ? "decimal" : null,
    load: (typed) => (field.type === "number" || field.type === "money" ? [] : options(field, typed, now(), context)),
    pick: (option) => (now().includes(option.value) ? drop(option.value) : add(option.value)),
    enter: free ? (typed) => add(typed.trim()) : undefined,
    back: chosen.length ? () => drop(chosen.at(-1)) : undefined,
    stay: true,
  });
  return h("div", { class: "rb-chips" }, chosen.map((value) => chip(label(value), () => drop(value))), box);
}

function dateChips(node, field, chosen, add, drop) {
  const input = h("input", { type: HTML_TYPE[field.type], class: "rb-input", "aria-label": `Add a value of ${field.label}`, "data-key": `${node.id}:value`,
    onkeydown: noSubmit, onchange: (event) => event.target.value && add(event.target.value) });
  return h("div", { class: "rb-chips" }, chosen.map((value) => chip(String(value), () => drop(value))), input);
}

function chip(label, drop) {
  return h("span", { class: "rb-chip" }, h("span", { class: "rb-chip__text" }, label),
    h("button", { type: "button", class: "rb-chip__drop", "aria-label": `Remove ${label}`, onclick: drop }, icon("remove")));
}

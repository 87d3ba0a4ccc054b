/** The control for a condition's value, by the type of its field and what its operator takes. */

import { bestMatch, combobox } from "./combobox.js";
import { count, h, icon } from "./dom.js";
import { fromPercent, toPercent } from "./shares.js";

const CHOICES = new Set(["choice", "ordered_choice", "multi_choice", "segment"]);

/** Whether a field takes any value, and not one of a list. */
const isFree = (field) => !CHOICES.has(field.type) || !field.choices?.length;

/** An instant is picked by its day; one that was stored to the minute is shown as the text it is. */
function inputType(field, value) {
  if (field.type === "date") return "date";
  return field.type === "datetime" && (!value || String(value).length === 10) ? "date" : "text";
}

/**
 * context: {vocabulary, suggest(field, words) → promise of [{value, label, count}], change(value), draw(value)}
 * `change` records a value while somebody types; `draw` records it and draws again.
 */
export function valueEditor(node, context) {
  const field = context.vocabulary.field(node.field);
  const takes = context.vocabulary.takes(node);
  if (!field || takes === "none") return null;
  if (takes === "many") return chips(node, field, context);
  if (takes === "percent") return percent(node, field, context);
  if (takes === "pair") return range(node, field, context);
  if (takes === "last" || takes === "next") return period(node, takes, context);
  if (field.type === "boolean") return yesOrNo(node, field, context);
  if (!isFree(field)) return oneChoice(node, field, context);
  if (field.type === "text" || CHOICES.has(field.type)) return words(node, field, context);
  return plainInput(node, field, node.value, `Value of ${field.label}`, "value", (value) => context.change(value));
}

function plainInput(node, field, value, label, part, change) {
  const numeric = field.type === "number" || field.type === "money";
  const input = h("input", {
    type: inputType(field, value), class: `rb-input${numeric ? " rb-input--number" : ""}`,
    inputmode: numeric ? "decimal" : null, autocomplete: "off", "aria-label": field.is_share ? `${label}, per cent` : label,
    "data-key": `${node.id}:${part}`, placeholder: field.type === "money" ? "0.00" : numeric ? "0" : null,
    value: field.is_share ? toPercent(value) : value ?? "", onkeydown: noSubmit,
    oninput: (event) => change(field.is_share ? fromPercent(event.target.value) : event.target.value.trim()),
  });
  return field.is_share ? h("span", { class: "rb-unit" }, input, h("span", { class: "rb-range__and", "aria-hidden": "true" }, "%")) : input;
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

/** "The top 10 % of all", or "within each region". */
function percent(node, field, context) {
  const { groupings } = context.vocabulary;
  return h("div", { class: "rb-range rb-range--wrap" },
    h("input", { type: "text", inputmode: "decimal", class: "rb-input rb-input--number rb-input--short", value: node.value ?? "",
      "aria-label": `Per cent of ${field.label}`, "data-key": `${node.id}:value`, onkeydown: noSubmit, placeholder: "10",
      oninput: (event) => context.change(event.target.value.trim()) }),
    h("span", { class: "rb-range__and" }, "%"),
    h("select", { class: "rb-select", "aria-label": "Compared within", "data-key": `${node.id}:within`, onchange: (event) => context.extra("within", event.target.value || null) },
      h("option", { value: "" }, "of all"),
      groupings.map((each) => h("option", { value: each.name, selected: each.name === node.extra.within }, `within ${each.label}`))));
}

export const UNITS = ["days", "weeks", "months", "quarters", "years"];

/** "In the last 90 days": rolling from this very moment, or whole days, weeks, months … by the calendar. */
function period(node, word, context) {
  const now = () => ({ [word]: "", unit: "days", ...context.latest().value });
  const have = now();
  const number = (text) => (/^\d+$/.test(text) ? Number(text) : text);
  return h("div", { class: "rb-range" },
    h("input", { type: "text", inputmode: "numeric", class: "rb-input rb-input--number rb-input--short", value: have[word],
      "aria-label": "How many", "data-key": `${node.id}:value`, onkeydown: noSubmit, placeholder: "90",
      oninput: (event) => context.change({ ...now(), [word]: number(event.target.value.trim()) }) }),
    h("select", { class: "rb-select", "aria-label": "Unit", "data-key": `${node.id}:unit`, onchange: (event) => context.draw({ ...now(), unit: event.target.value }) },
      UNITS.map((unit) => h("option", { value: unit, selected: unit === have.unit }, have.calendar ? `whole ${unit}` : unit))));
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
    quick: (typed) => bestMatch(field.choices, typed),
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
  const free = isFree(field);
  const key = `${node.id}:value`;
  const now = () => (Array.isArray(context.latest().value) ? context.latest().value : []);
  const add = (value) => context.draw([...now().filter((each) => each !== value), value], key, true);
  const drop = (value) => context.draw(now().filter((each) => each !== value), key);
  const label = (value) => (field.is_share ? `${toPercent(value)} %` : free ? String(value) : context.vocabulary.label(field, value));
  if (field.type === "date" || field.type === "datetime") return dateChips(node, field, chosen, add, drop);
  const box = combobox({
    label: `Values of ${field.label}`, key, placeholder: chosen.length ? "Add another" : field.is_share ? "Per cent, press Enter" : free ? "Type a value, press Enter" : "Choose values",
    inputmode: field.type === "number" || field.type === "money" ? "decimal" : null,
    load: (typed) => (field.type === "number" || field.type === "money" ? [] : options(field, typed, now(), context)),
    pick: (option) => (now().includes(option.value) ? drop(option.value) : add(option.value)),
    quick: free ? undefined : (typed) => bestMatch(field.choices, typed),
    enter: free ? (typed) => add(field.is_share ? fromPercent(typed) : typed.trim()) : undefined,
    back: chosen.length ? () => drop(chosen.at(-1)) : undefined,
    stay: true,
  });
  return h("div", { class: "rb-chips" }, chosen.map((value) => chip(label(value), () => drop(value))), box);
}

function dateChips(node, field, chosen, add, drop) {
  const input = h("input", { type: "date", class: "rb-input", "aria-label": `Add a value of ${field.label}`, "data-key": `${node.id}:value`,
    onkeydown: noSubmit, onchange: (event) => event.target.value && add(event.target.value) });
  return h("div", { class: "rb-chips" }, chosen.map((value) => chip(String(value), () => drop(value))), input);
}

function chip(label, drop) {
  return h("span", { class: "rb-chip" }, h("span", { class: "rb-chip__text" }, label),
    h("button", { type: "button", class: "rb-chip__drop", "aria-label": `Remove ${label}`, onclick: drop }, icon("remove")));
}

/** A condition on related records: what is worked out of them, over which time, of which of them. */

import { h, icon } from "./dom.js";
import * as tree from "./tree.js";
import { UNITS } from "./values.js";

/** `drawGroup` draws the conditions on the related records, with their own vocabulary. */
export function drawAggregate(app, node, depth, name, drawGroup) {
  const { vocabulary, store } = app;
  const of = node.field;
  const made = vocabulary.functions.find((each) => each.name === of.aggregate);
  const relation = vocabulary.relations.get(of.relation);
  if (!made || !relation) return null;

  /** As it is by now: what was typed since this was drawn included. */
  const latest = () => tree.find(store.root, node.id)?.field ?? of;

  /** Changes the aggregate; what it is compared with stays while it stays of the same type. */
  const change = (parts, focus, { draw = true, open = false } = {}) => {
    const now = tree.find(store.root, node.id);
    const next = { ...now.field, ...parts };
    const same = vocabulary.field(now.field)?.type === vocabulary.field(next)?.type;
    const reset = same ? {} : { operator: vocabulary.operatorsOf(next).find((each) => each.name === ">=")?.name ?? vocabulary.operatorsOf(next)[0]?.name ?? "", value: undefined, extra: {} };
    const root = tree.set(store.root, node.id, { field: next, ...reset });
    if (draw) app.edit(root, { focus, open });
    else store.commit(root, { key: `${node.id}:window`, draw: false });
  };

  const choose = (label, key, options, present, act) => h("select", { class: "rb-select", "aria-label": label, "data-key": `${node.id}:${key}`,
    onchange: (event) => act(event.target.value) },
  options.map(([value, words]) => h("option", { value, selected: value === present }, words)));

  const functions = choose(`What to work out from ${of.relation}`, "function", vocabulary.functions.map((each) => [each.name, each.label]), of.aggregate, (value) => {
    const of = latest();
    const fields = vocabulary.foldable(of.relation, value);
    const needed = vocabulary.functions.find((each) => each.name === value).of === "field";
    const kept = fields.some((field) => field.name === of.name) ? of.name : needed && fields.length === 1 ? fields[0].name : "";
    const window = value === "growth" && !of.window ? { last: 1, unit: "years" } : of.window;
    const where = value === "share" && !of.where ? tree.group() : of.where;
    change({ aggregate: value, name: kept, window, where, date: window || value === "latest" ? of.date : "" }, `${node.id}:function`);
  });
  const fields = vocabulary.foldable(of.relation, of.aggregate);
  const what = fields.length && made.of !== "rows"
    ? choose(`Which value of ${of.relation}`, "of", [["", made.of === "either" ? `number of ${of.relation}` : "Choose a value"], ...fields.map((field) => [field.name, field.label])], of.name, (value) => change({ name: value }, `${node.id}:of`))
    : null;

  return h("div", { class: "rb-aggregate" },
    h("div", { class: "rb-aggregate__line" }, functions, what, h("span", { class: "rb-range__and" }, made.of === "rows" || !what ? of.relation : `of ${of.relation}`)),
    h("div", { class: "rb-aggregate__line" }, ...windowOf(node, latest, vocabulary, choose, change)),
    of.where
      ? h("div", { class: "rb-aggregate__where" }, drawGroup({ ...app, vocabulary: relation.vocabulary, relation: `${node.id}` }, of.where, depth + 1, name, `of ${of.relation}`, of.relation))
      : h("button", { type: "button", class: "rb-add", "data-key": `${node.id}:where`, "aria-label": `Only those ${of.relation} that fit: add a condition`,
        onclick: () => {
          const fresh = tree.leaf();
          change({ where: tree.group([fresh]) }, `${fresh.id}:field`, { open: true });
        } }, icon("plus"), `Only those ${of.relation} that …`));
}

/** "At any time", or the window and the date that it goes by. */
function windowOf(node, latest, vocabulary, choose, change) {
  const of = latest();
  const mode = !of.window ? "" : of.window.calendar ? "whole" : "rolling";
  const modes = [["rolling", "in the last"], ["whole", "in the last whole"]];
  const pick = choose("When", "when", of.aggregate === "growth" ? modes : [["", "at any time"], ...modes], mode, (value) => {
    const { calendar: _gone, ...window } = latest().window ?? { last: "", unit: "days" };
    const date = value || of.aggregate === "latest" ? of.date : "";
    change({ window: value === "" ? null : value === "whole" ? { ...window, calendar: true } : window, date }, `${node.id}:when`);
  });
  const dates = vocabulary.datesOf(of.relation);
  const usual = vocabulary.relations.get(of.relation).date;
  const byDate = dates.length > 1 && (of.window || of.aggregate === "latest")
    ? choose("By which date", "date", dates.map((field) => [field.name, `by ${field.label.toLowerCase()}`]), of.date || usual, (value) => change({ date: value === usual ? "" : value }, `${node.id}:date`))
    : null;
  if (!of.window) return [pick, byDate];
  const number = h("input", { type: "text", inputmode: "numeric", class: "rb-input rb-input--number rb-input--short", value: of.window.last ?? "", placeholder: "12",
    "aria-label": "How many", "data-key": `${node.id}:last`, onkeydown: (event) => { if (event.key === "Enter") event.preventDefault(); },
    oninput: (event) => {
      const text = event.target.value.trim();
      change({ window: { ...latest().window, last: /^\d+$/.test(text) ? Number(text) : text } }, null, { draw: false });
    } });
  const unit = choose("Unit", "unit", UNITS.map((each) => [each, each]), of.window.unit, (value) => change({ window: { ...latest().window, unit: value } }, `${node.id}:unit`));
  return [pick, number, unit, byDate];
}

/** Draws the tree: groups as cards, conditions as rows. Every control says what it belongs to. */

import { drawAggregate } from "./aggregates.js";
import { combobox, plain } from "./combobox.js";
import { h, icon } from "./dom.js";
import { menu } from "./menu.js";
import * as tree from "./tree.js";
import { valueEditor } from "./values.js";
import { Vocabulary } from "./vocabulary.js";

/** app: {store, vocabulary, suggest, say(words), edit(root, {focus, open})} */
export function drawTree(app) {
  return drawGroup(app, app.store.root, 0, "");
}

/** `about`: the related records whose conditions these are; "" for those of the subject itself. */
export function drawGroup(app, node, depth, name, word = "", about = "") {
  const isRoot = depth === 0;
  const { root } = app.store;
  const legend = isRoot ? "The rule" : about ? `Conditions on ${about} of condition ${name}` : `Group ${name}`;
  const list = h("ol", { class: "rb-list", role: "list", "data-list": node.id, "data-scope": app.relation ?? "" }, node.rules.map((rule, at) => drawItem(app, node, rule, at, depth, name ? `${name}.${at + 1}` : `${at + 1}`)));
  const not = h("button", { type: "button", class: "rb-not", "aria-pressed": String(node.not), "aria-label": `${legend}: turn round (not)`, "data-key": `${node.id}:not`,
    title: "Turn the group round: match those it would leave out", onclick: () => app.edit(tree.set(root, node.id, { not: !node.not })) }, "Not");
  return h("fieldset", { class: `rb-group${isRoot ? " rb-group--root" : ""}${node.not ? " is-not" : ""}`, "data-node": node.id },
    h("legend", { class: "sr-only" }, `${legend}: ${node.not ? "not " : ""}${node.combinator === "and" ? "all" : "any"} of the conditions`),
    h("div", { class: "rb-group__bar" },
      word ? h("span", { class: "rb-group__words", "aria-hidden": "true" }, word) : null,
      node.not ? not : null,
      combinator(app, node, legend),
      h("span", { class: "rb-group__words rb-group__hold", "aria-hidden": "true" }, node.combinator === "and" ? "of these hold" : "of these holds"),
      node.not ? null : not,
      isRoot ? null : h("span", { class: "rb-tools" }, about
        ? tool("remove", `Remove the conditions on ${about}`, `${node.id}:remove`, () => app.edit(tree.remove(root, node.id)))
        : [grip(node), tools(app, node, `group ${name}`)])),
    problem(node),
    list,
    node.rules.length ? null : h("p", { class: "rb-empty" }, isRoot ? `No condition yet. Add one to say which ${app.vocabulary.noun}s belong here.` : "This group is empty: add a condition, or remove the group."),
    h("div", { class: "rb-group__add" },
      adder("Condition", "plus", `${node.id}:add`, `Add a condition to ${legend.toLowerCase()}`, () => addLeaf(app, node)),
      adder("Group", "group", `${node.id}:add-group`, `Add a group to ${legend.toLowerCase()}`, () => addGroup(app, node)),
      isRoot && !node.rules.length ? adder("Everyone", "plus", `${node.id}:everyone`, `Match every ${app.vocabulary.noun}`, () => app.edit(tree.insert(root, node.id, tree.everyone()))) : null));
}

function adder(label, picture, key, title, act) {
  return h("button", { type: "button", class: "rb-add", "data-key": key, "aria-label": title, onclick: act }, icon(picture), label);
}

function addLeaf(app, node) {
  const fresh = tree.leaf();
  app.edit(tree.insert(app.store.root, node.id, fresh), { focus: `${fresh.id}:field`, open: true });
}

function addGroup(app, node) {
  const fresh = tree.leaf();
  const around = tree.group([fresh], node.combinator === "and" ? "or" : "and");
  app.edit(tree.insert(app.store.root, node.id, around), { focus: `${fresh.id}:field`, open: true });
}

function combinator(app, node, legend) {
  const option = (value, label) => h("label", { class: "rb-segmented__option" },
    h("input", { type: "radio", name: `${node.id}-combinator`, checked: node.combinator === value, "data-key": `${node.id}:${value}`,
      onchange: () => app.edit(tree.set(app.store.root, node.id, { combinator: value })) }),
    h("span", {}, label));
  return h("div", { class: "rb-segmented", role: "radiogroup", "aria-label": `${legend}: how its conditions count` },
    option("and", "All (and)"), option("or", "Any (or)"));
}

function drawItem(app, holder, rule, at, depth, name) {
  const word = at > 0 ? holder.combinator : depth === 0 ? "Where" : "";
  if (rule.kind === "group") return h("li", { class: "rb-item rb-item--group", "data-item": rule.id }, drawGroup(app, rule, depth + 1, name, at > 0 ? word : ""));
  const body = { leaf: drawLeaf, everyone: drawEveryone, raw: drawRaw }[rule.kind](app, rule, name, depth);
  return h("li", { class: "rb-item", "data-item": rule.id }, h("span", { class: "rb-item__word", "aria-hidden": "true" }, word), body);
}

function drawLeaf(app, node, name, depth) {
  const { vocabulary, store } = app;
  const field = vocabulary.field(node.field);
  const context = {
    vocabulary,
    suggest: app.suggest,
    latest: () => tree.find(store.root, node.id) ?? node,
    change: (value) => store.commit(tree.set(store.root, node.id, { value }), { key: `${node.id}:value`, draw: false }),
    draw: (value, focus, open = false) => app.edit(tree.set(store.root, node.id, { value }), { focus, open }),
    extra: (part, value) => setExtra(app, node, part, value, `${node.id}:${part}`),
  };
  return h("div", { class: `rb-leaf${typeof node.field === "object" ? " rb-leaf--aggregate" : ""}`, role: "group", "aria-label": `Condition ${name}`, "data-node": node.id },
    h("div", { class: "rb-leaf__parts" },
      h("div", { class: "rb-leaf__field" }, fieldPicker(app, node, field)),
      typeof node.field === "object" ? drawAggregate(app, node, depth, name, drawGroup) : null,
      field ? operatorSelect(app, node, field) : null,
      field ? h("div", { class: "rb-leaf__value" }, valueEditor(node, context)) : null),
    h("div", { class: "rb-tools rb-leaf__tools" }, grip(node), tools(app, node, `condition ${name}`)),
    h("p", { class: "rb-leaf__note", "data-interval": node.id, hidden: true }),
    missingNote(app, node, field),
    problem(node));
}

function fieldPicker(app, node, field) {
  const { vocabulary, store } = app;
  return combobox({
    label: "Field", key: `${node.id}:field`, placeholder: "Choose a field", text: textOf(vocabulary, node.field, field),
    load: (words) => fieldOptions(vocabulary, words, node.field),
    quick: (words) => fieldOptions(vocabulary, words, node.field)[0] ?? null,
    pick: (option) => {
      if (option.value === node.field || (option.relation && option.relation === node.field?.relation)) return app.redraw(`${node.id}:operator`);
      if (option.relation) {
        const of = tree.aggregate("count", option.relation);
        return app.edit(tree.set(store.root, node.id, { field: of, operator: ">=", value: undefined, extra: {} }), { focus: `${node.id}:function` });
      }
      const operator = vocabulary.operatorsOf(option.value)[0];
      const value = Vocabulary.empty(operator?.takes);
      app.edit(tree.set(store.root, node.id, { field: option.value, operator: operator?.name ?? "", value, extra: {} }), { focus: `${node.id}:operator` });
    },
  });
}

const textOf = (vocabulary, name, field) => (typeof name === "object" ? vocabulary.relations.get(name.relation)?.label ?? name.relation : field ? field.label : name);

/** Fields by what is typed: label first, then name and description. Grouped by where the value comes from. */
function fieldOptions(vocabulary, words, present) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  const rank = (field) => {
    const label = plain(field.label);
    const all = `${label} ${plain(field.name)} ${plain(field.description)}`;
    if (!wanted.every((word) => all.includes(word))) return -1;
    if (!wanted.length) return 0;
    if (!wanted.every((word) => label.includes(word))) return 2; // what the name says goes before what only the description does
    return label.startsWith(wanted[0]) ? 0 : 1;
  };
  const ranked = vocabulary.list.map((field) => ({ field, rank: rank(field) })).filter((each) => each.rank >= 0);
  if (wanted.length) ranked.sort((a, b) => a.rank - b.rank);
  const relations = [...vocabulary.relations.values()].filter((each) => wanted.every((word) => plain(`${each.label} number total average share latest growth`).includes(word)));
  const counted = relations.map((each) => ({
    value: `relation:${each.name}`, relation: each.name, label: each.label, chosen: present?.relation === each.name,
    detail: "Number, total, average, latest … of those that fit", note: "", group: wanted.length ? null : "Related records",
  }));
  const named = counted.filter((each) => plain(each.label) === wanted.join(" ")); // "deals" means deals, before what is counted of them
  return [...named, ...ranked.map(({ field }) => ({
    value: field.name, label: field.label, chosen: field.name === present,
    detail: [vocabulary.typeWords(field), field.description].filter(Boolean).join(" · "),
    note: vocabulary.filledWords(field), group: wanted.length ? null : vocabulary.kindWords(field.kind),
  })), ...counted.filter((each) => !named.includes(each))];
}

function operatorSelect(app, node, field) {
  const { vocabulary, store } = app;
  const known = vocabulary.operatorsOf(node.field);
  const unknown = known.some((each) => each.name === node.operator) ? [] : [{ name: node.operator, label: node.operator || "Choose" }];
  return h("select", { class: "rb-select rb-leaf__operator", "aria-label": `How ${field.label} compares`, "data-key": `${node.id}:operator`,
    onchange: (event) => {
      const operator = event.target.value;
      const now = tree.find(store.root, node.id);
      const takes = vocabulary.takes({ ...now, operator });
      const value = Vocabulary.reshape(now.value, vocabulary.takes(now), takes);
      const { within, ...extra } = now.extra;
      app.edit(tree.set(store.root, node.id, { operator, value, extra: takes === "percent" ? now.extra : extra }));
    } },
  [...unknown, ...known].map((each) => h("option", { value: each.name, selected: each.name === node.operator }, each.label)));
}

/** Whether those with nothing filled in belong: by rule with a negative, by choice otherwise. */
function includesMissing(app, node) {
  if (node.extra.missing) return node.extra.missing === "match";
  return Boolean(app.vocabulary.operator(node.field, node.operator)?.negative);
}

function askableForMissing(app, node, field) {
  return field && field.type !== "segment" && field.kind !== "aggregate" && app.vocabulary.takes(node) !== "none";
}

/** How many have nothing in the field, whether they belong, and a switch to have it the other way round. */
function missingNote(app, node, field) {
  if (!askableForMissing(app, node, field)) return null;
  const includes = includesMissing(app, node);
  const turn = h("button", { type: "button", class: "rb-turn", "data-key": `${node.id}:missing`, "aria-label": `${includes ? "Leave out" : "Count in"} those with no ${field.label.toLowerCase()}`,
    onclick: () => setMissing(app, node, !includes, `${node.id}:missing`) }, includes ? "Leave them out" : "Count them in");
  return includes
    ? h("p", { class: "rb-leaf__note" }, "… or not set", h("span", { "data-missing": node.field }), " ", turn)
    : h("p", { class: "rb-leaf__note", "data-only-when-missing": true, hidden: true }, "Not set", h("span", { "data-missing": node.field }), ": left out. ", turn);
}

function setMissing(app, node, want, focus) {
  const negative = Boolean(app.vocabulary.operator(node.field, node.operator)?.negative);
  setExtra(app, node, "missing", want === negative ? null : want ? "match" : "no_match", focus);
}

function setExtra(app, node, name, value, focus) {
  const { [name]: _gone, ...others } = tree.find(app.store.root, node.id).extra;
  app.edit(tree.set(app.store.root, node.id, { extra: value === null ? others : { ...others, [name]: value } }), { focus });
}

function tools(app, node, what) {
  const { store } = app;
  const { root } = store;
  const step = (by, side) => {
    const [next, words] = tree.move(root, node.id, by);
    app.say(words || "It cannot go further");
    app.edit(next, { focus: `${node.id}:${side}` });
  };
  const remove = () => {
    const holder = tree.parentOf(root, node.id);
    const at = holder.rules.findIndex((rule) => rule.id === node.id);
    const near = holder.rules[at + 1] ?? holder.rules[at - 1];
    app.say(`Removed ${what}`);
    app.edit(tree.remove(root, node.id), { focus: near ? `${near.id}:remove` : `${holder.id}:add` });
  };
  const field = node.kind === "leaf" ? app.vocabulary.field(node.field) : null;
  const extra = (part, value) => setExtra(app, node, part, value, `${node.id}:more`);
  return [
    tool("up", `Move ${what} up`, `${node.id}:up`, () => step(-1, "up"), " rb-tool--move"),
    tool("down", `Move ${what} down`, `${node.id}:down`, () => step(1, "down"), " rb-tool--move"),
    menu(`More for ${what}`, `${node.id}:more`, [
      { label: "Move up", act: () => step(-1, "more") },
      { label: "Move down", act: () => step(1, "more") },
      { label: "Duplicate", act: () => { const [next, id] = tree.duplicate(root, node.id); app.edit(next, { focus: `${id}:more` }); } },
      { label: "Put in a new group", act: () => { const [next, id] = tree.wrap(root, node.id); app.edit(next, { focus: `${id}:and` }); } },
      tree.canUnwrap(root, node.id) && { label: "Take out of the group", act: () => app.edit(tree.unwrap(root, node.id)) },
      askableForMissing(app, node, field) && {
        label: `Include those with no ${field.label.toLowerCase()}`, checked: includesMissing(app, node),
        act: () => setMissing(app, node, !includesMissing(app, node), `${node.id}:more`),
      },
      node.value?.unit && {
        label: `Count whole ${node.value.unit} only`, checked: node.value.calendar === true,
        act: () => { const { calendar, ...value } = node.value; app.edit(tree.set(root, node.id, { value: calendar ? value : { ...value, calendar: true } }), { focus: `${node.id}:more` }); },
      },
      field?.type === "text" && app.vocabulary.takes(node) !== "none" && {
        label: "Match upper and lower case exactly", checked: node.extra.case_sensitive === true,
        act: () => extra("case_sensitive", node.extra.case_sensitive === true ? null : true),
      },
    ]),
    tool("remove", `Remove ${what}`, `${node.id}:remove`, remove),
  ];
}

/** Something to take hold of with the pointer; by keyboard the arrows beside it move the same. */
function grip(node) {
  return h("span", { class: "rb-grip", "data-grip": node.id, title: "Drag to move", "aria-hidden": "true" }, icon("grip"));
}

function tool(picture, label, key, act, kind = "") {
  return h("button", { type: "button", class: `rb-tool${kind}`, "aria-label": label, title: label, "data-key": key, onclick: act }, icon(picture));
}

function drawEveryone(app, node, name) {
  return h("div", { class: "rb-leaf", role: "group", "aria-label": `Condition ${name}`, "data-node": node.id },
    h("div", { class: "rb-leaf__parts" }, h("p", { class: "rb-leaf__plain" }, `Every ${app.vocabulary.noun}`)),
    h("div", { class: "rb-tools rb-leaf__tools" }, grip(node), tools(app, { ...node, extra: {} }, `condition ${name}`)), problem(node));
}

function drawRaw(app, node, name) {
  return h("div", { class: "rb-leaf", role: "group", "aria-label": `Condition ${name}`, "data-node": node.id },
    h("div", { class: "rb-leaf__parts" }, h("p", { class: "rb-leaf__plain" }, "A condition to be changed in the JSON below: ", h("code", {}, JSON.stringify(node.json).slice(0, 80)))),
    h("div", { class: "rb-tools rb-leaf__tools" }, grip(node), tools(app, { ...node, extra: {} }, `condition ${name}`)), problem(node));
}

/** Where the message about a node appears. */
function problem(node) {
  return h("p", { class: "rb-problem", id: `${node.id}-problem`, hidden: true });
}

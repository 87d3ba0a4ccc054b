/**
 * The rule as a tree of plain values that are never changed in place.
 *
 * group    {id, kind: "group", combinator: "and" | "or", not, rules}
 * leaf     {id, kind: "leaf", field, operator, value, extra}      extra: missing, case_sensitive, within and the like
 *          its field is a name, or an aggregate {aggregate, relation, name, where: group | null, window, date}
 * everyone {id, kind: "everyone"}
 * raw      {id, kind: "raw", json}      something this screen cannot draw: kept as it is
 */

let made = 0;
const nextId = () => `n${(made += 1)}`;

export const group = (rules = [], combinator = "and", not = false) => ({ id: nextId(), kind: "group", combinator, not, rules });
export const leaf = (field = "", operator = "", value = undefined, extra = {}) => ({ id: nextId(), kind: "leaf", field, operator, value, extra });
export const everyone = () => ({ id: nextId(), kind: "everyone" });

/** What other builders add to a node for their own use. */
const FOREIGN = new Set(["id", "path", "valueSource", "disabled"]);

/** Reads a rule; throws an Error that says what is wrong and where. The root is always a group. */
export function fromJson(value) {
  const node = read(value, "");
  return node.kind === "group" ? node : group([node]);
}

function read(value, pointer) {
  const where = pointer || "the rule";
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`At ${where}: expected a group or a condition, in curly brackets.`);
  }
  if (value.everyone === true) return everyone();
  if ("rules" in value) {
    if (!Array.isArray(value.rules)) throw new Error(`At ${where}/rules: expected a list of conditions.`);
    const combinator = String(value.combinator ?? "and").toLowerCase();
    if (combinator !== "and" && combinator !== "or") throw new Error(`At ${where}/combinator: use "and" or "or".`);
    return group(value.rules.map((rule, at) => read(rule, `${pointer}/rules/${at}`)), combinator, value.not === true);
  }
  if (!("field" in value)) throw new Error(`At ${where}: a condition needs a "field", a group needs "rules".`);
  const field = typeof value.field === "string" ? value.field : readAggregate(value.field, pointer);
  if (field === null) return { id: nextId(), kind: "raw", json: value };
  const extra = {};
  for (const [name, part] of Object.entries(value)) {
    if (!["field", "operator", "value"].includes(name) && !FOREIGN.has(name)) extra[name] = part;
  }
  return leaf(field, value.operator ?? "", value.value ?? undefined, extra);
}

/** An aggregate whose conditions are plain ones; null for anything else. */
function readAggregate(value, pointer) {
  if (value === null || typeof value !== "object" || typeof value.aggregate !== "string" || typeof value.of !== "string") return null;
  const [relation, ...name] = value.of.split(".");
  let where = null;
  if (value.where) {
    where = read(value.where, `${pointer}/field/where`);
    if (where.kind !== "group") where = group([where]);
    if (hasAggregate(where)) return null;
  }
  return aggregate(value.aggregate, relation, name.join("."), where, value.window ?? null, value.date ?? "");
}

const hasAggregate = (node) => (node.rules ? node.rules.some(hasAggregate) : node.kind === "raw" || typeof node.field === "object");

export const aggregate = (name, relation, field = "", where = null, window = null, date = "") => ({ aggregate: name, relation, name: field, where, window, date });

/** What a node holds: the rules of a group, the conditions of an aggregate. */
function parts(node) {
  if (node.rules) return node.rules;
  return node.kind === "leaf" && node.field?.where ? [node.field.where] : [];
}

/**
 * Writes the rule. `isComplete(leaf)` decides what counts as finished; with `skip`, unfinished parts are left out.
 * Returns {rule, pointers: Map of JSON pointer → node id, unfinished: [id]}; rule is null when nothing is left.
 */
export function toJson(root, isComplete, { skip = false } = {}) {
  const unfinished = [];
  findUnfinished(root, isComplete, unfinished);
  const left = new Set(skip ? unfinished : []);
  const pointers = new Map();
  const kept = (node) => !left.has(node.id) && (node.kind !== "group" || !skip || node.rules.some(kept));
  const write = (node, pointer) => {
    pointers.set(pointer, node.id);
    if (node.kind === "everyone") return { everyone: true };
    if (node.kind === "raw") return node.json;
    if (node.kind === "leaf") {
      const json = { field: typeof node.field === "string" ? node.field : writeAggregate(node.field, pointer), operator: node.operator };
      if (node.value !== undefined) json.value = node.value;
      return { ...json, ...node.extra };
    }
    const rules = node.rules.filter(kept).map((rule, at) => write(rule, `${pointer}/rules/${at}`));
    return { combinator: node.combinator, not: node.not, rules };
  };
  const writeAggregate = (of, pointer) => {
    const json = { aggregate: of.aggregate, of: of.name ? `${of.relation}.${of.name}` : of.relation };
    if (of.where && kept(of.where)) json.where = write(of.where, `${pointer}/field/where`);
    if (of.window) json.window = of.window;
    if (of.date) json.date = of.date;
    return json;
  };
  if (!kept(root)) return { rule: null, pointers, unfinished };
  if (root.kind === "group" && !root.not && root.rules.length === 1 && root.rules[0].kind === "everyone") {
    return { rule: write(root.rules[0], ""), pointers, unfinished };
  }
  return { rule: write(root, ""), pointers, unfinished };
}

function findUnfinished(node, isComplete, into, relation = "") {
  if (node.kind === "leaf") {
    if (!isComplete(node, relation)) into.push(node.id);
    if (node.field?.where) findUnfinished(node.field.where, isComplete, into, node.field.relation);
  }
  if (node.kind !== "group") return;
  if (!node.rules.length) into.push(node.id);
  node.rules.forEach((rule) => findUnfinished(rule, isComplete, into, relation));
}

/** The node with an id, or null. */
export function find(node, id) {
  if (node.id === id) return node;
  for (const part of parts(node)) {
    const found = find(part, id);
    if (found) return found;
  }
  return null;
}

/** The group that holds a node, or null for the root and for the conditions of an aggregate as a whole. */
export function parentOf(node, id) {
  for (const part of parts(node)) {
    if (part.id === id) return node.kind === "group" ? node : null;
    const found = parentOf(part, id);
    if (found) return found;
  }
  return null;
}

/** The tree with one node replaced by what `change` makes of it; null removes it. */
export function replace(node, id, change) {
  if (node.id === id) return change(node);
  if (node.kind === "leaf" && node.field?.where) {
    const where = replace(node.field.where, id, change);
    return where === node.field.where ? node : { ...node, field: { ...node.field, where } };
  }
  if (!node.rules) return node;
  const rules = [];
  let same = true;
  for (const rule of node.rules) {
    const next = replace(rule, id, change);
    if (next !== rule) same = false;
    if (next) rules.push(next);
  }
  return same ? node : { ...node, rules };
}

/** The tree with some properties of one node set. */
export const set = (root, id, properties) => replace(root, id, (node) => ({ ...node, ...properties }));

/** The tree without a node. The root stays. */
export const remove = (root, id) => (root.id === id ? root : replace(root, id, () => null));

/** The tree with a node put into a group at a place (default: the end). */
export function insert(root, groupId, node, at = Infinity) {
  return replace(root, groupId, (holder) => {
    const rules = [...holder.rules];
    rules.splice(Math.min(at, rules.length), 0, node);
    return { ...holder, rules };
  });
}

/** A copy with ids of its own. */
export function copy(node) {
  if (node.kind === "group") return { ...node, id: nextId(), rules: node.rules.map(copy) };
  if (node.kind === "leaf" && node.field?.where) return { ...node, id: nextId(), field: { ...node.field, where: copy(node.field.where) } };
  return { ...node, id: nextId() };
}

/** The tree with a node at a place of a group, counted without it; the same tree when that cannot be. */
export function moveTo(root, id, groupId, at) {
  const node = find(root, id);
  if (!node || id === root.id || find(node, groupId)) return root;
  return insert(remove(root, id), groupId, node, at);
}

/** The tree with a copy of a node right after it. Returns [root, id of the copy]. */
export function duplicate(root, id) {
  const holder = parentOf(root, id);
  const twin = copy(find(root, id));
  return [insert(root, holder.id, twin, holder.rules.findIndex((rule) => rule.id === id) + 1), twin.id];
}

/** The tree with a node inside a new group in its place. Returns [root, id of the group]. */
export function wrap(root, id) {
  const around = group([find(root, id)]);
  return [replace(root, id, () => around), around.id];
}

/** The tree with a group's rules in its place, or the same tree when that would change what it means. */
export function canUnwrap(root, id) {
  const node = find(root, id);
  const holder = parentOf(root, id);
  return Boolean(holder && node.kind === "group" && !node.not && (node.combinator === holder.combinator || node.rules.length === 1));
}

export function unwrap(root, id) {
  const node = find(root, id);
  const holder = parentOf(root, id);
  const rules = holder.rules.flatMap((rule) => (rule.id === id ? node.rules : [rule]));
  return set(root, holder.id, { rules });
}

/**
 * One step up (-1) or down (+1), as in an outline: past a condition, into a group, out of a group at its end.
 * Returns [root, words for the screen reader]; the words are empty when there is nowhere to go.
 */
export function move(root, id, step) {
  const holder = parentOf(root, id);
  if (!holder) return [root, ""];
  const node = find(root, id);
  const at = holder.rules.findIndex((rule) => rule.id === id);
  const next = holder.rules[at + step];
  const without = remove(root, id);
  if (next?.kind === "group") return [insert(without, next.id, node, step > 0 ? 0 : Infinity), "Moved into the group"];
  if (next) return [insert(without, holder.id, node, at + step), step > 0 ? "Moved down" : "Moved up"];
  const above = parentOf(root, holder.id);
  if (!above) return [root, ""];
  const place = above.rules.findIndex((rule) => rule.id === holder.id) + (step > 0 ? 1 : 0);
  return [insert(without, above.id, node, place), "Moved out of the group"];
}

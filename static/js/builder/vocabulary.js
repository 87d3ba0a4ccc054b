/** What can be said of the subject: fields and, by type, operators, as the server gave them. */

const TYPE_WORDS = {
  text: "Text", number: "Number", money: "Money", boolean: "Yes or no", date: "Date", datetime: "Date and time",
  choice: "Choice", ordered_choice: "Ordered choice", multi_choice: "Several choices", segment: "Segments",
};

const KIND_WORDS = { built_in: "About the company", custom: "Your own attributes", computed: "Worked out from activity", segment: "Other segments" };

export class Vocabulary {
  /** data: {relations: [{name, label, date, fields}], functions: [{name, label, types, of, keeps_type}], and
   *  fields: [{name, label, type, kind, description, choices}], operators: {type: [{name, label, takes, negative}]}, noun} */
  constructor(data) {
    this.noun = data.noun;
    this.shares = {};
    this.total = null;
    this.list = data.fields;
    this.fields = new Map(data.fields.map((field) => [field.name, field]));
    this.operators = data.operators;
    this.functions = data.functions ?? [];
    this.relations = new Map((data.relations ?? []).map((relation) => [relation.name, {
      ...relation,
      vocabulary: new Vocabulary({ noun: relation.name.replace(/ies$/, "y").replace(/s$/, ""), fields: relation.fields, operators: data.operators }),
    }]));
  }

  /** The words that a condition inside an aggregate over these records can say; "" for the subject itself. */
  of(relation) {
    return relation ? this.relations.get(relation)?.vocabulary ?? this : this;
  }

  /** The field of a name, or what an aggregate comes to, as a field. */
  field(name) {
    if (name !== null && typeof name === "object") return this.#result(name);
    return this.fields.get(name) ?? null;
  }

  #result(of) {
    const relation = this.relations.get(of.relation);
    const made = this.functions.find((each) => each.name === of.aggregate);
    if (!relation || !made) return null;
    const folded = relation.vocabulary.field(of.name);
    const kept = made.keeps_type ? folded : null;
    const label = `${made.label} ${folded ? `${folded.label.toLowerCase()} of ` : ""}${of.relation}`;
    return { name: "", label, type: kept?.type ?? "number", kind: "aggregate", choices: kept?.choices ?? [], description: "", is_share: made.is_share || kept?.is_share };
  }

  /** Fields of the records that an aggregate can be made of. */
  foldable(relation, name) {
    const made = this.functions.find((each) => each.name === name);
    const of = this.relations.get(relation);
    if (!made || !of || made.of === "rows") return [];
    return of.fields.filter((field) => made.types.includes(field.type));
  }

  datesOf(relation) {
    return (this.relations.get(relation)?.fields ?? []).filter((field) => field.type === "date" || field.type === "datetime");
  }

  /** What values can be divided by before they are ranked. */
  get groupings() {
    return this.list.filter((field) => ["choice", "ordered_choice", "text", "boolean"].includes(field.type) && field.name !== "external_id" && field.name !== "name");
  }

  operatorsOf(name) {
    const field = this.field(name);
    return (field && this.operators[field.type]) || [];
  }

  operator(name, operator) {
    return this.operatorsOf(name).find((each) => each.name === operator) ?? null;
  }

  /** What the value of a condition is made of: none, one, many, pair, last, next or percent. */
  takes(leaf) {
    return this.operator(leaf.field, leaf.operator)?.takes ?? "one";
  }

  typeWords(field) {
    return TYPE_WORDS[field.type] ?? field.type;
  }

  kindWords(kind) {
    return KIND_WORDS[kind] ?? kind;
  }

  /** "98 % filled in", or nothing where that is not counted. */
  filledWords(field) {
    const share = this.shares[field.name];
    if (share === undefined) return "";
    if (share === 0) return "always empty";
    if (share === 1) return "always filled in";
    return `${share < 0.01 ? "<1" : share > 0.99 ? ">99" : Math.round(100 * share)} % filled in`;
  }

  label(field, value) {
    return field.choices?.find((choice) => choice.value === value)?.label ?? String(value);
  }

  /** Whether a condition can be sent: known parts and a value of the right shape. */
  isComplete(leaf) {
    if (!leaf.field || !leaf.operator) return false;
    if (typeof leaf.field === "object" && !this.#isWhole(leaf.field)) return false;
    const filled = (value) => value !== undefined && value !== null && String(value).trim() !== "";
    switch (this.takes(leaf)) {
      case "none": return true;
      case "many": return Array.isArray(leaf.value) && leaf.value.length > 0;
      case "pair": return Array.isArray(leaf.value) && leaf.value.length === 2 && leaf.value.every(filled);
      case "last": return filled(leaf.value?.last);
      case "next": return filled(leaf.value?.next);
      default: return filled(leaf.value);
    }
  }

  #isWhole(of) {
    const made = this.functions.find((each) => each.name === of.aggregate);
    if (!made) return true; // the server says what is wrong
    if (made.of === "field" && !of.name) return false;
    if (of.aggregate === "share" && !of.where) return false;
    if (of.aggregate === "growth" && !of.window) return false;
    return !of.window || String(of.window.last ?? "").trim() !== "";
  }

  /** What stands in a new condition. */
  static empty(takes) {
    if (takes === "many") return [];
    if (takes === "pair") return ["", ""];
    if (takes === "last" || takes === "next") return { [takes]: "", unit: "days" };
    return undefined;
  }

  /** A value kept across a change of operator where it still makes sense. */
  static reshape(value, from, to) {
    if (from === to) return value;
    const first = Array.isArray(value) ? value[0] : from === "one" || from === "percent" ? value : undefined;
    if (to === "one" || to === "percent") return from === "percent" ? value : first;
    if (to === "many" && first !== undefined && first !== "") return from === "pair" ? value.filter((each) => each !== "") : [first];
    if (to === "pair" && first !== undefined) return [first, (Array.isArray(value) && value[1]) || ""];
    if ((to === "last" || to === "next") && value?.unit) return { ...Vocabulary.empty(to), unit: value.unit, [to]: value[from] };
    return Vocabulary.empty(to);
  }
}

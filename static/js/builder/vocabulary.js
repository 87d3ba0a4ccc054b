/** What can be said of the subject: fields and, by type, operators, as the server gave them. */

const TYPE_WORDS = {
  text: "Text", number: "Number", money: "Money", boolean: "Yes or no", date: "Date", datetime: "Date and time",
  choice: "Choice", ordered_choice: "Ordered choice", multi_choice: "Several choices", segment: "Segments",
};

const KIND_WORDS = { built_in: "About the company", custom: "Your own attributes", computed: "Worked out from activity", segment: "Other segments" };

export class Vocabulary {
  /** data: {fields: [{name, label, type, kind, description, choices}], operators: {type: [{name, label, takes, negative}]}, noun} */
  constructor(data) {
    this.noun = data.noun;
    this.shares = {};
    this.total = null;
    this.list = data.fields;
    this.fields = new Map(data.fields.map((field) => [field.name, field]));
    this.operators = data.operators;
  }

  field(name) {
    return this.fields.get(name) ?? null;
  }

  operatorsOf(name) {
    const field = this.field(name);
    return (field && this.operators[field.type]) || [];
  }

  operator(name, operator) {
    return this.operatorsOf(name).find((each) => each.name === operator) ?? null;
  }

  /** What the value of a condition is made of: none, one, many, pair, last or next. */
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
    const first = Array.isArray(value) ? value[0] : from === "one" ? value : undefined;
    if (to === "one") return first;
    if (to === "many" && first !== undefined && first !== "") return from === "pair" ? value.filter((each) => each !== "") : [first];
    if (to === "pair" && first !== undefined) return [first, (Array.isArray(value) && value[1]) || ""];
    if ((to === "last" || to === "next") && value?.unit) return { ...Vocabulary.empty(to), unit: value.unit, [to]: value[from] };
    return Vocabulary.empty(to);
  }
}

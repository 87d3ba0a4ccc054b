/** What can be said of the subject: fields and, by type, operators, as the server gave them. */

const TYPE_WORDS = {
  text: "Text", number: "Number", money: "Money", boolean: "Yes or no", date: "Date", datetime: "Date and time",
  choice: "Choice", ordered_choice: "Ordered choice", multi_choice: "Several choices", segment: "Segments",
};

const KIND_WORDS = { built_in: "About the company", custom: "Your own attributes", computed: "Worked out from activity", segment: "Other segments" };

export class Vocabulary {
  /** data: {fields: [{name, label, type, kind, description, choices, filled}], operators: {type: [{name, label, takes, negative}]}, noun, total} */
  constructor(data) {
    this.noun = data.noun;
    this.total = data.total;
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

  /** What the value of a condition is made of: none, one, many, range, period or percent. */
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
    if (field.filled === null || field.filled === undefined || !this.total) return "";
    const share = (100 * field.filled) / this.total;
    if (field.filled === 0) return "always empty";
    if (field.filled === this.total) return "always filled in";
    return `${share < 1 ? "<1" : share > 99 ? ">99" : Math.round(share)} % filled in`;
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
      case "range": return Array.isArray(leaf.value) && leaf.value.length === 2 && leaf.value.every(filled);
      case "period": return filled(leaf.value?.last ?? leaf.value?.next ?? leaf.value?.n);
      default: return filled(leaf.value);
    }
  }

  /** A value kept across a change of operator where it still makes sense. */
  reshape(value, from, to) {
    if (to === "none") return undefined;
    if (from === to) return value;
    if (from === "one" && to === "many") return value === undefined || value === "" ? [] : [value];
    if (from === "many" && to === "one") return value?.[0];
    if (from === "one" && to === "range") return [value ?? "", ""];
    if (from === "range" && to === "one") return value?.[0];
    return to === "many" ? [] : to === "range" ? ["", ""] : undefined;
  }
}

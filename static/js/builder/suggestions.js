/** Values there really are, with how many records have each, read from the server as somebody types. */

import { plain } from "./combobox.js";

export class Suggestions {
  #known = new Map();

  /** fields() → the fields of the subject itself: of related records only the choices are known here. */
  constructor({ valuesUrl, coverageUrl }, subject, fields) {
    this.fields = fields;
    this.url = valuesUrl;
    this.coverageUrl = coverageUrl;
    this.subject = subject;
  }

  /** → [{value, label, count, detail}] for a field and what is typed; the list of segments needs no request. */
  async of(field, words) {
    if (field.type === "segment" || !this.fields().has(field)) {
      const wanted = plain(words);
      return (field.choices ?? []).filter((choice) => !wanted || plain(choice.label).includes(wanted));
    }
    const key = `${this.subject()}|${field.name}|${words}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#ask(field, words, key));
    return this.#known.get(key);
  }

  async #ask(field, words, key) {
    try {
      const query = new URLSearchParams({ subject: this.subject(), field: field.name, q: words });
      const response = await fetch(`${this.url}?${query}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      return (await response.json()).values;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    }
  }

  /** → {total, shares: {field: 0 … 1}} or null: how many there are, and how well each field is filled. */
  async coverage() {
    try {
      const response = await fetch(`${this.coverageUrl}?${new URLSearchParams({ subject: this.subject() })}`, { credentials: "same-origin" });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}

/** The rule as text: it follows the builder, and what is typed or pasted into it is read back into the builder. */

import { debounced } from "./dom.js";

export class JsonView {
  constructor({ textarea, view, read, say }) {
    Object.assign(this, { textarea, read, say });
    this.message = view.querySelector("[data-json-message]");
    textarea.setAttribute("aria-label", "Rule as JSON");
    view.querySelector("[data-json-place]").append(textarea);
    const copy = view.querySelector("[data-json-copy]");
    copy.addEventListener("click", () => this.#copy(copy));
    const soon = debounced(() => this.#take(), 300);
    textarea.addEventListener("input", soon);
  }

  /** Shows a rule, unless somebody is typing here. */
  write(rule) {
    if (document.activeElement === this.textarea) return;
    this.textarea.value = rule === null ? "" : JSON.stringify(rule, null, 2);
    this.#tell("");
  }

  #take() {
    const text = this.textarea.value.trim();
    if (!text) return this.#tell("Paste or type a rule here.");
    let value;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return this.#tell(`Not JSON yet: ${error.message}. The builder above still holds the last rule that could be read.`);
    }
    try {
      this.read(value);
      this.#tell("");
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #tell(words) {
    this.message.textContent = words;
    this.message.hidden = !words;
    if (words) this.textarea.setAttribute("aria-invalid", "true");
    else this.textarea.removeAttribute("aria-invalid");
  }

  async #copy(button) {
    try {
      await navigator.clipboard.writeText(this.textarea.value);
    } catch {
      this.textarea.select();
      document.execCommand("copy");
    }
    this.say("Copied");
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1500);
  }
}

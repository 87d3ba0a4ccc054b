/** The rule as text: it follows the builder, and what is typed or pasted into it is read back into the builder. */

import { debounced } from "./dom.js";

export class JsonView {
  #isTyped = false; // since it was last read or written

  constructor({ textarea, view, read, say }) {
    Object.assign(this, { textarea, view, read, say });
    this.message = view.querySelector("[data-json-message]");
    textarea.setAttribute("aria-label", "Rule as JSON");
    textarea.setAttribute("aria-describedby", this.message.id);
    view.querySelector("[data-json-place]").append(textarea);
    const copy = view.querySelector("[data-json-copy]");
    copy.addEventListener("click", () => this.#copy(copy));
    const soon = debounced(() => this.#take(), 300);
    textarea.addEventListener("input", () => {
      this.#isTyped = true;
      soon();
    });
  }

  /** Shows a rule, unless somebody is typing here. */
  write(rule) {
    if (document.activeElement === this.textarea) return;
    this.textarea.value = rule === null ? "" : JSON.stringify(rule, null, 2);
    this.#isTyped = false;
    this.#tell("");
  }

  /** Reads what was typed, at once. False when it is no rule: then it stands here, open, with what is wrong with it. */
  settle() {
    if (this.#isTyped) this.#take();
    const isRead = !this.textarea.matches("[aria-invalid]");
    if (!isRead) this.view.open = true;
    return isRead;
  }

  /** Takes what stands here for typed: it came back from the server, since it cannot be read. */
  refuse() {
    this.#isTyped = true;
    this.settle();
  }

  #take() {
    this.#isTyped = false;
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

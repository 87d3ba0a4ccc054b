/** Asks the server who would be in, as the rule changes, and shows the newest answer only. */

import { count, debounced, h, plural } from "./dom.js";

export class Preview {
  #asked = 0;
  #abort = null;

  /** panel: the element that holds [data-live=…] spots; ask(body) → answer of the server. */
  constructor({ panel, url, token, subject, segment, zone, vocabulary, onAnswer }) {
    Object.assign(this, { panel, url, token, subject, segment, zone, vocabulary, onAnswer });
    this.soon = debounced((rule, pointers, unfinished) => this.#ask(rule, pointers, unfinished), 250);
  }

  spot(name) {
    return this.panel.querySelector(`[data-live="${name}"]`);
  }

  /** Called on each change. */
  update(rule, pointers, unfinished) {
    this.panel.classList.add("is-stale");
    this.soon(rule, pointers, unfinished);
  }

  async #ask(rule, pointers, unfinished) {
    const mine = (this.#asked += 1);
    this.#abort?.abort();
    if (rule === null) {
      this.counted = false;
      this.rest();
      this.onAnswer({}, pointers);
      return;
    }
    this.#abort = new AbortController();
    let answer;
    try {
      const response = await fetch(this.url, {
        method: "POST", credentials: "same-origin", signal: this.#abort.signal,
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token, Accept: "application/json" },
        body: JSON.stringify({ subject: this.subject(), rule, segment: this.segment, zone: this.zone() }),
      });
      if (mine !== this.#asked) return;
      if (!response.ok || response.redirected) {
        this.#fail(response.status === 403 || response.redirected
          ? "You seem to be signed out. Your rule is still here: sign in in another tab, then change something."
          : "The count could not be worked out just now. Saving still works; the count returns with your next change.");
        return;
      }
      answer = await response.json();
    } catch (error) {
      if (error.name !== "AbortError" && mine === this.#asked) this.#fail("No connection to the server. Your rule is still here; the count returns with your next change.");
      return;
    }
    if (mine !== this.#asked) return;
    this.counted = answer.ok;
    this.#show(answer, unfinished);
    this.onAnswer(answer, pointers);
  }

  /** What stands here while there is nothing to count. */
  rest() {
    this.panel.classList.remove("is-stale", "is-wrong");
    this.spot("count").textContent = "–";
    this.spot("of").textContent = this.vocabulary.total === null ? "" : `of ${plural(this.vocabulary.total, this.vocabulary.noun)}`;
    this.spot("bar").value = 0;
    this.spot("sentence").textContent = "Add a condition to see who matches.";
    this.spot("notes").replaceChildren();
    this.spot("sample").replaceChildren();
    this.spot("more").textContent = "";
    this.spot("state").textContent = "";
  }

  #fail(words) {
    this.panel.classList.remove("is-stale");
    this.panel.classList.add("is-wrong");
    this.spot("state").textContent = words;
  }

  #unfinished(ids) {
    this.spot("state").textContent = ids.length
      ? `${ids.length === 1 ? "One condition is" : `${ids.length} conditions are`} not finished yet and left out of this count.`
      : "";
  }

  #show(answer, unfinished) {
    this.panel.classList.remove("is-stale");
    this.panel.classList.toggle("is-wrong", !answer.ok);
    if (!answer.ok) {
      this.spot("count").textContent = "–";
      this.spot("of").textContent = "not counted";
      this.spot("bar").value = 0;
      this.spot("state").textContent = `${answer.errors.length === 1 ? "One thing" : `${answer.errors.length} things`} to put right before this can be counted: ${answer.errors[0].detail}`;
      return;
    }
    const { noun } = this.vocabulary;
    this.spot("count").textContent = count(answer.count);
    this.spot("of").textContent = `of ${plural(answer.total, noun)} match`;
    this.spot("bar").max = Math.max(answer.total, 1);
    this.spot("bar").value = answer.count;
    this.spot("sentence").textContent = answer.sentence;
    this.spot("notes").replaceChildren(...answer.missing.map((each) => h("li", {}, `${each.label} is not set for `, h("strong", {}, plural(each.count, noun)))));
    this.spot("sample").replaceChildren(...answer.sample.map((each) => h("li", { class: "live__member" },
      h("a", { href: each.url, target: "_blank", rel: "noopener" }, each.name), h("span", { class: "live__facts" }, each.facts.join(" · ")))));
    this.spot("more").textContent = answer.count > answer.sample.length && answer.sample.length ? `and ${count(answer.count - answer.sample.length)} more` : "";
    this.#unfinished(unfinished);
  }
}

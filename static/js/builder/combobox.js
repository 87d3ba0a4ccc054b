/** A text box with a list under it (WAI-ARIA combobox with a list popup): arrows, Enter, Escape, Home and End. */

import { debounced, h, icon } from "./dom.js";

let made = 0;

/**
 * options:
 *   label        what the box is called
 *   text         what stands in it at first
 *   key          name of the control, for finding it again after drawing
 *   load(words)  → [{value, label, detail, note, group, chosen}] or a promise of it
 *   quick(words) → the option meant, at once: for Enter typed faster than the list can follow
 *   pick(option) called when one is chosen
 *   type(words)  called while typing; with it any text is allowed
 *   enter(words) called on Enter when no option is active; with it any text may be added
 *   back()       called on Backspace in an empty box
 *   stay         after a choice the list stays open and the box is emptied (several choices)
 *   inputmode, placeholder, describedBy
 */
export function combobox(options) {
  const id = `rb-list-${(made += 1)}`;
  let shown = [];
  let active = -1;
  let asked = 0;
  let touched = false;
  let behind = false; // the list does not follow what is typed yet

  const input = h("input", {
    type: "text", class: "rb-input", role: "combobox", "aria-expanded": "false", "aria-controls": id,
    "aria-autocomplete": "list", "aria-label": options.label, "data-key": options.key, autocomplete: "off",
    spellcheck: "false", placeholder: options.placeholder, inputmode: options.inputmode, value: options.text ?? "",
  });
  const list = h("div", { id, class: "rb-options", role: "listbox", "aria-label": options.label, hidden: true,
    "aria-multiselectable": options.stay ? "true" : null });
  const box = h("div", { class: "rb-combo" }, input, h("span", { class: "rb-combo__arrow" }, icon("chevron")), list);

  const isOpen = () => !list.hidden;

  function close() {
    list.hidden = true;
    active = -1;
    asked += 1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    box.classList.remove("is-open");
  }

  async function open() {
    const mine = (asked += 1);
    const words = touched ? input.value.trim() : "";
    let answer = options.load(words);
    if (answer instanceof Promise) {
      if (!isOpen()) show(h("p", { class: "rb-options__empty" }, "Looking…"));
      try {
        answer = await answer;
      } catch {
        if (mine === asked) show(h("p", { class: "rb-options__empty" }, "The values could not be read. You can type one."));
        return;
      }
      if (mine !== asked || !box.isConnected) return;
    }
    shown = answer;
    behind = false;
    draw(words);
  }

  function show(...children) {
    list.replaceChildren(...children);
    list.hidden = false;
    box.classList.add("is-open");
    input.setAttribute("aria-expanded", "true");
  }

  function draw(words) {
    if (!shown.length) {
      const free = options.type || options.enter;
      show(h("p", { class: "rb-options__empty" }, words ? (free ? `No value like “${words}” yet.` : `Nothing matches “${words}”.`) : "No values yet."));
      active = -1;
      return;
    }
    const rows = [];
    let heading = null;
    shown.forEach((option, at) => {
      if (option.group && option.group !== heading) {
        heading = option.group;
        rows.push(h("div", { class: "rb-options__group", role: "presentation" }, heading));
      }
      rows.push(row(option, at));
    });
    show(...rows);
    const first = shown.findIndex((option) => option.chosen);
    light(words && !options.type ? 0 : options.stay ? -1 : first);
  }

  function row(option, at) {
    return h("div", {
      id: `${id}-${at}`, role: "option", class: "rb-option", "aria-selected": option.chosen ? "true" : "false",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => choose(option),
      onmousemove: () => light(at, false),
    },
    h("span", { class: "rb-option__main" }, h("span", { class: "rb-option__label" }, option.label),
      option.detail && h("span", { class: "rb-option__detail" }, option.detail)),
    option.note && h("span", { class: "rb-option__note" }, option.note),
    option.chosen && h("span", { class: "rb-option__check" }, icon("check")));
  }

  function light(at, scroll = true) {
    active = at;
    for (const each of list.querySelectorAll(".is-active")) each.classList.remove("is-active");
    const target = at >= 0 ? list.querySelector(`#${id}-${at}`) : null;
    if (!target) return input.removeAttribute("aria-activedescendant");
    target.classList.add("is-active");
    input.setAttribute("aria-activedescendant", target.id);
    if (scroll) target.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    behind = false;
    if (options.stay) {
      input.value = "";
      touched = false;
      options.pick(option);
      if (input.isConnected) open();
      return;
    }
    input.value = option.label;
    close();
    options.pick(option);
  }

  const refresh = debounced(open, 120);

  input.addEventListener("focus", () => { touched = false; if (!options.type) input.select(); });
  input.addEventListener("click", () => { if (!isOpen()) open(); });
  input.addEventListener("input", () => {
    touched = true;
    behind = true;
    options.type?.(input.value);
    refresh();
  });
  input.addEventListener("blur", () => {
    refresh.cancel();
    if (options.enter && input.value.trim()) {
      const words = input.value;
      input.value = "";
      options.enter(words);
    } else if (!options.type && !options.stay) {
      input.value = options.text ?? "";
    }
    close();
  });
  input.addEventListener("keydown", (event) => {
    const last = shown.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) return void open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      light(active < 0 ? (step > 0 ? 0 : last) : (active + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault(); // never sends the form from inside a rule
      const meant = behind ? input.value.trim() && options.quick?.(input.value.trim()) : isOpen() && shown[active];
      refresh.cancel();
      if (meant) choose(meant);
      else if (options.enter && input.value.trim()) {
        const words = input.value;
        input.value = "";
        options.enter(words);
      } else if (options.type) close();
      else open();
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      if (!options.type && !options.stay) input.value = options.text ?? "";
      touched = false;
      close();
    } else if ((event.key === "Home" || event.key === "End") && isOpen() && active >= 0) {
      event.preventDefault();
      light(event.key === "Home" ? 0 : last);
    } else if (event.key === "Backspace" && !input.value && options.back) {
      event.preventDefault();
      options.back();
    }
  });

  return box;
}

/** The option that typed words mean: one that begins with them, else one that contains them. */
export function bestMatch(options, words) {
  const wanted = plain(words);
  const begins = (option) => [option.label, option.value].some((text) => plain(text).startsWith(wanted));
  const contains = (option) => [option.label, option.value].some((text) => plain(text).includes(wanted));
  return options.find(begins) ?? options.find(contains) ?? null;
}

/** Lower case without accents, for matching what is typed. */
export const plain = (text) => String(text).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

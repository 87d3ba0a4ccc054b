/** A button that opens a short list of actions: arrows, Escape, closes when left. */

import { h, icon } from "./dom.js";

let made = 0;

/** items: [{label, act, checked?}]; those that are null or false are left out. */
export function menu(label, key, items) {
  const id = `rb-menu-${(made += 1)}`;
  const list = h("div", { id, class: "rb-menu__list", role: "menu", "aria-label": label, hidden: true },
    items.filter(Boolean).map((item) => h("button", {
      type: "button", class: "rb-menu__item", tabindex: "-1",
      role: item.checked === undefined ? "menuitem" : "menuitemcheckbox",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      onclick: () => { close(true); item.act(); },
    }, h("span", { class: "rb-menu__check" }, item.checked && icon("check")), item.label)));
  const button = h("button", { type: "button", class: "rb-tool", "aria-label": label, title: label, "aria-haspopup": "menu",
    "aria-expanded": "false", "aria-controls": id, "data-key": key, onclick: () => (list.hidden ? open() : close(true)) }, icon("more"));
  const box = h("div", { class: "rb-menu" }, button, list);

  function open() {
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    list.querySelector("button")?.focus();
  }
  function close(back) {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (back) button.focus();
  }

  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(false); });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = [...list.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    }
  });
  return box;
}

/** Moving conditions and groups with the pointer: take the grip, drop before, after or into. */

import * as tree from "./tree.js";

const EDGE = 48;
const SPEED = 12;

/** Listens in `area`; app: {store, edit, say}. */
export function dragging(area, app) {
  let drag = null;

  area.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    const item = grip.closest(".rb-item");
    drag = { id: grip.dataset.grip, item, scope: item.parentElement.dataset.scope, drop: null };
    grip.setPointerCapture(event.pointerId);
    item.classList.add("is-dragged");
    area.classList.add("is-dragging");
  });

  area.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (event.clientY < EDGE) scrollBy(0, -SPEED);
    else if (event.clientY > innerHeight - EDGE) scrollBy(0, SPEED);
    mark(placeAt(event.clientX, event.clientY));
  });

  area.addEventListener("pointerup", () => end(true));
  area.addEventListener("pointercancel", () => end(false));
  addEventListener("keydown", (event) => {
    if (drag && event.key === "Escape") end(false);
  });

  /** Where it would go: {list, before: item | null}; null where it cannot. */
  function placeAt(x, y) {
    const under = document.elementFromPoint(x, y);
    const group = under?.closest(".rb-group");
    if (!group || !area.contains(group) || drag.item.contains(group)) return null;
    const list = group.querySelector(".rb-list");
    if (list.dataset.scope !== drag.scope) return null;
    const items = [...list.children].filter((item) => item !== drag.item);
    const before = items.find((item) => {
      const box = item.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return { list, before: before ?? null };
  }

  function mark(drop) {
    for (const marked of area.querySelectorAll(".is-drop-before, .is-drop-end")) marked.classList.remove("is-drop-before", "is-drop-end");
    drag.drop = drop;
    if (drop?.before) drop.before.classList.add("is-drop-before");
    else if (drop) drop.list.classList.add("is-drop-end");
  }

  function end(isDropped) {
    if (!drag) return;
    const { id, item, drop } = drag;
    mark(drop);
    for (const marked of area.querySelectorAll(".is-drop-before, .is-drop-end")) marked.classList.remove("is-drop-before", "is-drop-end");
    item.classList.remove("is-dragged");
    area.classList.remove("is-dragging");
    drag = null;
    if (!isDropped || !drop) return;
    const { root } = app.store;
    const holder = tree.find(root, drop.list.dataset.list);
    const others = holder.rules.filter((rule) => rule.id !== id);
    const at = drop.before ? others.findIndex((rule) => rule.id === drop.before.dataset.item) : others.length;
    const present = tree.parentOf(root, id);
    if (present?.id === holder.id && present.rules.findIndex((rule) => rule.id === id) === at) return;
    app.edit(tree.moveTo(root, id, holder.id, at), { focus: `${id}:more` });
    app.say("Moved");
  }
}

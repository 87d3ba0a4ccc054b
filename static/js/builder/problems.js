/** Shows messages at the conditions they are about. */

/** Which control of a condition a kind of error is about; the value, where it says nothing else. */
const SPOTS = { unknown_field: "field", unknown_operator: "operator", not_available: "operator" };

/**
 * Clears every message, then writes `problems` (Map of node id → {words: [text], code}) into the tree that is drawn in
 * `area`.
 */
export function showProblems(area, problems) {
  for (const spot of area.querySelectorAll(".rb-problem")) {
    spot.hidden = true;
    spot.textContent = "";
  }
  for (const marked of area.querySelectorAll(".has-problem")) marked.classList.remove("has-problem");
  for (const control of area.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  for (const [id, { words, code }] of problems) {
    const node = area.querySelector(`[data-node="${id}"]`);
    const spot = area.querySelector(`#${id}-problem`);
    if (!node || !spot) continue;
    node.classList.add("has-problem");
    spot.textContent = words.join(" ");
    spot.hidden = false;
    if (!node.matches(".rb-leaf")) continue;
    const controls = [...node.querySelectorAll("[data-key]")].filter((control) => control.matches("input, select"));
    const part = (control) => control.dataset.key.split(":")[1];
    const meant = controls.filter((control) => part(control).startsWith(SPOTS[code] ?? "value"));
    for (const control of meant.length ? meant : controls) {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", spot.id);
    }
  }
}

/** The node that a JSON pointer is in: the longest known beginning of it. Pointers may start with "/rule". */
export function nodeAt(pointers, pointer) {
  let at = pointer ?? "";
  if (at === "/rule" || at.startsWith("/rule/")) at = at.slice("/rule".length);
  while (at && !pointers.has(at)) at = at.slice(0, at.lastIndexOf("/"));
  return pointers.get(at) ?? null;
}

/** Server errors [{pointer, code, detail}] by node id, as `showProblems` takes them. */
export function byNode(errors, pointers) {
  const found = new Map();
  for (const error of errors) {
    const id = nodeAt(pointers, error.pointer);
    if (id) found.set(id, { words: [...(found.get(id)?.words ?? []), error.detail], code: found.get(id)?.code ?? error.code });
  }
  return found;
}

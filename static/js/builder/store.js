/** Holds the present tree, what came before and what was taken back, and tells listeners of each change. */

const LIMIT = 200;

export class Store {
  #past = [];
  #future = [];
  #listeners = [];
  #lastKey = null;

  constructor(root) {
    this.root = root;
    this.saved = root;
  }

  /** `listener({draw, focus})`: draw is false while somebody types into a control that is on screen already. */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Makes `root` the present tree. Changes in a row with the same `key` (typing into one control) are one step of undo.
   * `focus` names the control to go to after drawing.
   */
  commit(root, { key = null, draw = true, focus = null } = {}) {
    if (root === this.root) return;
    if (key === null || key !== this.#lastKey) {
      this.#past.push(this.root);
      if (this.#past.length > LIMIT) this.#past.shift();
    }
    this.#lastKey = key;
    this.#future = [];
    this.root = root;
    this.#tell({ draw, focus });
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  get isDirty() {
    return this.root !== this.saved;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(this.root);
    this.root = from.pop();
    this.#lastKey = null;
    this.#tell({ draw: true, focus: null });
  }

  #tell(change) {
    for (const listener of this.#listeners) listener(change);
  }
}

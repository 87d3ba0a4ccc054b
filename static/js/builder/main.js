/** Starts the rule builder on a page that has one. */

import { count } from "./dom.js";
import { dragging } from "./drag.js";
import { drawTree } from "./draw.js";
import { JsonView } from "./json.js";
import { Preview } from "./preview.js";
import { byNode, showProblems } from "./problems.js";
import { Store } from "./store.js";
import * as tree from "./tree.js";
import { Suggestions } from "./suggestions.js";
import { Vocabulary } from "./vocabulary.js";

const data = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

function start(root) {
  const form = root.closest("form");
  const area = root.querySelector("[data-builder-area]");
  const status = root.querySelector("[data-builder-status]");
  const textarea = form.querySelector("textarea[name=rule]");
  const vocabularies = data("builder-vocabulary");
  const subjectInput = form.querySelector("select[name=subject], input[name=subject]");
  const subject = () => subjectInput?.value || root.dataset.subject;
  const zoneInput = form.querySelector("select[name=zone]");

  const initial = readInitial(textarea);
  const app = {
    vocabulary: new Vocabulary(vocabularies[subject()]),
    store: new Store(initial ?? tree.group()),
    say: (words) => { status.textContent = words; },
    edit(next, { focus = null, open = false } = {}) {
      app.open = open;
      app.store.commit(next, { focus });
      app.open = false;
    },
  };
  const suggestions = new Suggestions(root.dataset, subject, () => new Set(app.vocabulary.list));
  app.redraw = (focus) => draw(focus);
  app.suggest = (field, words) => suggestions.of(field, words);

  const isComplete = (leaf, relation) => app.vocabulary.of(relation).isComplete(leaf);
  const json = new JsonView({
    textarea, view: root.querySelector("[data-builder-json]"), say: app.say,
    read: (value) => app.edit(tree.fromJson(value)),
  });
  let serverProblems = new Map();
  let showUnfinished = false;
  let missing = new Map();
  let intervals = new Map();
  const preview = new Preview({
    panel: document.querySelector("[data-live-panel]"), url: root.dataset.previewUrl,
    token: form.querySelector("[name=csrfmiddlewaretoken]").value, subject, segment: root.dataset.segment,
    zone: () => zoneInput?.value ?? "", vocabulary: app.vocabulary,
    onAnswer: (answer, pointers) => {
      serverProblems = byNode(answer.errors ?? [], pointers);
      missing = new Map((answer.missing ?? []).map((each) => [each.field, each.count]));
      intervals = new Map(Object.entries(answer.intervals ?? {}).map(([pointer, dates]) => [pointers.get(pointer), dates]));
      mark();
    },
  });

  function mark() {
    const problems = new Map(serverProblems);
    if (showUnfinished) {
      for (const id of tree.toJson(app.store.root, isComplete).unfinished) {
        if (!problems.has(id)) problems.set(id, { words: [unfinishedWords(app, id)], code: tree.find(app.store.root, id).field ? "" : "unknown_field" });
      }
    }
    showProblems(area, problems);
    for (const spot of area.querySelectorAll("[data-missing]")) {
      const number = missing.get(spot.dataset.missing);
      spot.textContent = number === undefined ? "" : ` (${count(number)})`;
      const note = spot.closest("[data-only-when-missing]");
      if (note) note.hidden = !number;
    }
    for (const spot of area.querySelectorAll("[data-interval]")) {
      const dates = intervals.get(spot.dataset.interval);
      spot.textContent = dates ? `Today: ${dates}` : "";
      spot.hidden = !dates;
    }
  }

  function draw(focus) {
    const before = focus ?? document.activeElement?.dataset?.key;
    area.replaceChildren(drawTree(app));
    const target = before ? area.querySelector(`[data-key="${before}"]`) ?? (focus && area.querySelector(`[data-key="${before.split(":")[0]}:operator"]`)) : null;
    target?.focus();
    if (target && app.open) target.click();
  }

  const buttons = { undo: root.querySelector("[data-builder-undo]"), redo: root.querySelector("[data-builder-redo]") };
  function changed({ draw: again, focus, isUnread = false }) {
    if (again) draw(focus);
    const whole = tree.toJson(app.store.root, isComplete);
    if (isUnread) json.refuse();
    else json.write(whole.rule);
    const part = tree.toJson(app.store.root, isComplete, { skip: true });
    preview.update(part.rule, part.pointers, part.unfinished);
    buttons.undo.disabled = !app.store.canUndo;
    buttons.redo.disabled = !app.store.canRedo;
    mark();
  }
  app.store.listen(changed);

  dragging(area, app);

  const back = () => { app.store.undo(); app.say("Undone"); };
  const again = () => { app.store.redo(); app.say("Done again"); };
  buttons.undo.addEventListener("click", back);
  buttons.redo.addEventListener("click", again);
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target === textarea) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) again();
    else back();
  });

  subjectInput?.addEventListener("change", () => {
    app.vocabulary = new Vocabulary(vocabularies[subject()]);
    preview.vocabulary = app.vocabulary;
    changed({ draw: true, focus: null });
    learnCoverage();
  });

  zoneInput?.addEventListener("change", () => changed({ draw: false, focus: null }));

  async function learnCoverage() {
    const { vocabulary } = app;
    const found = await suggestions.coverage();
    if (!found) return;
    vocabulary.shares = found.shares;
    vocabulary.total = found.total;
    if (!preview.counted) preview.rest();
  }

  guard(form, root, app, () => {
    if (!json.settle()) {
      app.say("The rule as JSON cannot be read yet.");
      textarea.focus();
      return false;
    }
    const { unfinished } = tree.toJson(app.store.root, isComplete);
    showUnfinished = unfinished.length > 0;
    mark();
    if (!unfinished.length) return true;
    app.say("Some conditions are not finished yet.");
    const spot = area.querySelector(`[data-node="${unfinished[0]}"]`);
    spot?.scrollIntoView({ block: "center" });
    spot?.querySelector("[data-key$=':value'], [data-key$=':field'], .rb-add")?.focus();
    return false;
  });

  root.classList.add("is-ready");
  const given = data("builder-errors") ?? [];
  changed({ draw: true, focus: null, isUnread: initial === null });
  learnCoverage();
  if (given.length) {
    serverProblems = byNode(given, tree.toJson(app.store.root, isComplete).pointers);
    mark();
  }
}

/** The rule that the page came with; null when its text cannot be read. */
function readInitial(textarea) {
  try {
    const text = textarea.value.trim();
    return text ? tree.fromJson(JSON.parse(text)) : tree.group();
  } catch {
    return null;
  }
}

function unfinishedWords(app, id) {
  const node = tree.find(app.store.root, id);
  if (node.kind === "group") return "Add a condition here, or remove the group.";
  if (!node.field) return "Choose a field, or remove this condition.";
  return `Say what ${app.vocabulary.field(node.field)?.label ?? "the field"} is compared with.`;
}

/** Warns before unsaved changes are lost; sends the form once, and only when it may go. */
function guard(form, root, app, mayGo) {
  let sent = false;
  let touched = "unsaved" in root.dataset;
  form.addEventListener("input", (event) => { if (!event.target.closest("[data-builder]")) touched = true; });
  form.addEventListener("submit", (event) => {
    if (sent || !mayGo()) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.classList.add("is-sending");
  });
  addEventListener("pageshow", () => { sent = false; form.classList.remove("is-sending"); });
  addEventListener("beforeunload", (event) => {
    if (!sent && !("reloading" in document.documentElement.dataset) && (touched || app.store.isDirty)) event.preventDefault();
  });
}

for (const root of document.querySelectorAll("[data-builder]")) start(root);

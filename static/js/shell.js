// What every page needs: the drawer, menus, toasts, dialogs, and forms that cannot be sent twice.
(() => {
  // --- drawer: <button data-drawer aria-controls="side"> inside .shell
  const shell = document.querySelector(".shell");
  const opener = document.querySelector("[data-drawer]");
  const drawer = (open) => {
    if (!shell || !opener) return;
    shell.toggleAttribute("data-open", open);
    opener.setAttribute("aria-expanded", String(open));
    document.getElementById("main").inert = open;
    if (open) setTimeout(() => document.querySelector("#side a").focus(), 50); // hidden things take no focus
    else opener.focus();
  };
  opener?.addEventListener("click", () => drawer(!shell.hasAttribute("data-open")));
  document.addEventListener("click", (event) => {
    if (shell?.hasAttribute("data-open") && !event.target.closest("#side, [data-drawer]")) drawer(false);
  });
  matchMedia("(min-width: 60.01rem)").addEventListener("change", (wide) => {
    if (wide.matches && shell?.hasAttribute("data-open")) drawer(false);
  });

  // --- menus: <details class="menu">; close on Escape, on a click elsewhere, when focus leaves
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("toggle", (event) => { // it opens towards the side where it has room
    const list = event.target.matches("details.menu[open]") && event.target.querySelector(".menu-list");
    if (!list) return;
    list.classList.remove("menu-list--start");
    const edge = document.getElementById("main")?.getBoundingClientRect().left ?? 0;
    const { left, width } = list.getBoundingClientRect();
    const start = event.target.getBoundingClientRect().left;
    list.classList.toggle("menu-list--start", event.target.closest("#main") !== null && left < edge && start + width <= innerWidth);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    else if (shell?.hasAttribute("data-open")) drawer(false);
  });

  // --- dialogs: data-opens="id of a <dialog>", data-closes inside one
  document.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    if (opens) {
      const dialog = document.getElementById(opens.dataset.opens);
      const opener = opens.closest("details.menu")?.querySelector("summary") ?? opens; // a menu closes: what was in it takes no focus
      dialog?.addEventListener("close", () => opener.focus(), { once: true });
      dialog?.showModal();
      return;
    }
    if (event.target.closest("[data-closes]")) { event.target.closest("dialog")?.close(); return; }
    if (event.target.matches("dialog.dialog")) event.target.close(); // the backdrop
  });

  // --- toasts: good news leaves by itself, the rest waits to be read
  const toasts = document.getElementById("toasts");
  const settle = (toast) => {
    if (!toast.matches(".toast-good, .toast-info")) return;
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), 8000); };
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusin", () => clearTimeout(timer));
    start();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".toast, .alert").remove();
  });
  const toast = (text, level = "good") => {
    const template = document.getElementById("toast");
    if (!toasts || !template) return;
    const made = template.content.firstElementChild.cloneNode(true);
    made.classList.add(`toast-${level}`);
    made.querySelector("p").textContent = text;
    toasts.append(made);
    settle(made);
  };
  toasts?.querySelectorAll(".toast").forEach(settle);

  // A view answers htmx with HX-Trigger: {"toast": {"text": "Saved", "level": "good"}}; a script fires the same event.
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) toast("You may not do that, or your session has ended. Reload the page to sign in again.", "bad");
    else toast("That did not work. Nothing was changed; please try again.", "bad");
  });
  document.addEventListener("allauth.error", () => toast("The passkey was not used. Try again, or take another way.", "bad"));
  document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Check your connection and try again.", "bad"));

  // --- forms: sent once. The button is marked after the browser has read it into the form's data.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target) return;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    markSent(changed());
    const button = event.submitter;
    setTimeout(() => button?.setAttribute("aria-busy", "true"));
  });
  // --- "back" shows the truth: after something was saved, a page out of the history is loaded anew, unless somebody has
  // written in it what was not sent yet. The server gives the cookie another value with each change.
  const changed = () => /(?:^|; )changed=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  // That a form of this page was sent is kept with this very step of the history: the next may have the same address. A page
  // that itself answered a form would be asked for anew without what was sent if its step were touched: there the address does.
  const isPosted = "posted" in document.documentElement.dataset;
  const sentKey = `sent ${location.pathname}`;
  const markSent = (value) => (isPosted ? sessionStorage.setItem(sentKey, value) : history.replaceState({ ...history.state, sent: value }, ""));
  const takeSent = () => {
    const { sent, ...state } = history.state ?? {};
    if (sent !== undefined) history.replaceState(state, "");
    const kept = isPosted ? sessionStorage.getItem(sentKey) : sent ?? null;
    sessionStorage.removeItem(sentKey);
    return kept;
  };
  const differs = (input) => {
    if (input.type === "checkbox" || input.type === "radio") return input.checked !== input.defaultChecked;
    if (input.options) return [...input.options].some((option) => option.defaultSelected) && [...input.options].some((option) => option.selected !== option.defaultSelected);
    return input.type !== "hidden" && "defaultValue" in input && input.value !== input.defaultValue;
  };
  const isUnsent = (form) => !form.dataset.sent && form.method === "post" && [...form.elements].some(differs);
  addEventListener("pageshow", (event) => {
    const page = document.documentElement;
    const forms = [...document.querySelectorAll("form")];
    const isBack = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    const sent = takeSent();
    if (isBack && sent !== null && sent !== changed()) {
      for (const form of forms) if (form.method === "post") form.reset(); // what the browser filled in again is saved
    }
    const isOld = isBack && "changed" in page.dataset && page.dataset.changed !== changed();
    if (isOld && !isPosted && !forms.some(isUnsent)) {
      page.dataset.reloading = "";
      location.replace(location.pathname + location.search);
      return;
    }
    for (const form of forms.filter((each) => each.dataset.sent)) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => { // what a part of the page has changed, it shows itself
    if (event.detail.successful && event.detail.requestConfig.verb !== "get") document.documentElement.dataset.changed = changed();
  });
  // A form that answers with a file stays on the page: mark it data-stays, and it may be sent again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("stays" in form.dataset) && !form.matches("[hx-post], [hx-get]")) return;
    setTimeout(() => { delete form.dataset.sent; event.submitter?.removeAttribute("aria-busy"); }, 1500);
  });

  // --- <select data-submits> and <input data-submits> send their form as soon as they change; a closed select that is gone
  // through with the keys first at Enter, or each option on the way would load the page. The focus is there again afterwards.
  let isByKeys = false;
  const KEYS = /^(Arrow|Page|Home$|End$|.$)/;
  const submits = (control) => {
    if (control.form.method === "get") sessionStorage.setItem(`focus ${location.pathname}`, control.name);
    control.form.requestSubmit();
  };
  document.addEventListener("keydown", (event) => {
    isByKeys = event.target.matches("select[data-submits]") && KEYS.test(event.key) && event.key !== " " && !event.altKey;
    if (event.key !== "Enter" || !event.target.matches("[data-waits]")) return;
    event.preventDefault();
    submits(event.target);
  });
  document.addEventListener("pointerdown", () => { isByKeys = false; });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-submits]")) return;
    if (isByKeys) event.target.dataset.waits = "";
    else submits(event.target);
  });

  // --- the focus survives a part of the page that is drawn anew: htmx keeps it where ids agree, here it goes to what has the
  // same words, else to the first thing in it
  const held = new WeakMap(); // by request: another part may be drawn between the two events of one
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.contains(document.activeElement)) held.set(detail.xhr, document.activeElement);
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const had = held.get(detail.xhr);
    if (!had || had.isConnected || document.activeElement !== document.body) return;
    const words = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();
    const all = [...detail.elt.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((each) => each.type !== "hidden");
    const next = all.find((each) => each.matches(had.tagName) && words(each) === words(had)) ?? all[0] ?? detail.elt;
    if (next === detail.elt) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  });

  // --- a filter bar on a phone: <button data-unfolds> opens what stands after it and says how many of them are set; it stays
  // open while one filters
  for (const button of document.querySelectorAll("[data-unfolds]")) {
    const key = `filters ${location.pathname}`;
    const isSet = (control) => (control.options ? control.options[0].value === "" && control.value !== "" : control.checked);
    const set = [...button.form.querySelectorAll("[data-unfolds] ~ * select, [data-unfolds] ~ * input:checked")]
      .filter((control) => isSet(control) && !control.closest(".condition, .menu")).length + button.form.querySelectorAll("[data-condition]").length;
    const count = button.querySelector("[data-unfolds-count]");
    count.textContent = String(set);
    count.hidden = !set;
    const isOpen = () => button.getAttribute("aria-expanded") === "true";
    const open = (is) => button.setAttribute("aria-expanded", String(is));
    if (sessionStorage.getItem(key)) open(true);
    sessionStorage.removeItem(key);
    button.addEventListener("click", () => open(!isOpen()));
    button.form.addEventListener("submit", () => { if (isOpen()) sessionStorage.setItem(key, "open"); });
  }

  // The filter that was changed has the focus again, now that it is to be seen.
  const wasAt = sessionStorage.getItem(`focus ${location.pathname}`);
  sessionStorage.removeItem(`focus ${location.pathname}`);
  if (wasAt !== null && !document.querySelector("[autofocus]")) {
    [...document.querySelectorAll("[data-submits]")].find((control) => control.name === wasAt)?.focus();
  }

  // --- what has to be put right is to be seen, and the first of it has the focus
  const wrong = [...document.querySelectorAll("main [aria-invalid='true']")];
  for (const each of wrong) {
    const folded = each.closest("details:not([open]):not(.menu)");
    if (folded) folded.open = true;
  }
  if (isPosted && !document.querySelector("[autofocus]")) wrong[0]?.focus();

  // --- A table wider than its place can be scrolled from the keyboard too
  const reachable = () => {
    for (const wrap of document.querySelectorAll(".table-wrap")) {
      if (wrap.scrollWidth <= wrap.clientWidth || wrap.hasAttribute("tabindex")) continue;
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "group");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent.trim() || "Table");
    }
  };
  reachable();
  for (const here of document.querySelectorAll(".tabs [aria-current], .bar [aria-current]")) here.scrollIntoView({ inline: "center", block: "nearest" }); // on a phone
  addEventListener("resize", reachable);
  document.addEventListener("htmx:afterSettle", reachable);

  // --- "/" goes to the search field of the page
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });

  // --- data-copies="id": copies that element's text
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copies);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    toast("Copied.");
  });
})();

// Applies the remembered theme before the first paint, so it is loaded in <head> without defer.
(() => {
  const key = "theme";
  const root = document.documentElement;
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  const remembered = () => {
    try { return localStorage.getItem(key) || "system"; } catch { return "system"; }
  };
  const show = () => {
    for (const input of document.querySelectorAll("[data-theme-choice]")) input.checked = input.value === remembered();
  };

  apply(remembered());
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-theme-choice]")) return;
    try { localStorage.setItem(key, event.target.value); } catch { /* private mode: it holds for this page */ }
    apply(event.target.value);
  });
  addEventListener("storage", (event) => {
    if (event.key === key) { apply(event.newValue); show(); }
  });
})();

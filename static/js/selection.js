// Rows ticked in a list: all of the page at once, how many there are, and all that the list shows.
(() => {
  "use strict";
  const form = document.querySelector("[data-selection]");
  if (!form) return;
  const ticks = [...document.querySelectorAll("[data-tick]")];
  const all = document.querySelector("[data-tick-all]");
  const bar = document.querySelector("[data-selected]");
  const count = document.querySelector("[data-selected-count]");
  const everything = document.querySelector("[data-everything]");
  const actions = document.querySelector("[data-actions]");
  if (!all || !bar) return;

  const show = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked > 0 && ticked === ticks.length;
    all.indeterminate = ticked > 0 && ticked < ticks.length;
    bar.hidden = actions.hidden = ticked === 0;
    if (ticked === 0) everything.checked = false;
    count.textContent = everything.checked ? "All selected" : `${ticked} selected`;
  };
  all.addEventListener("change", () => {
    ticks.forEach((tick) => { tick.checked = all.checked; });
    show();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick], [data-everything]")) show();
  });
  window.addEventListener("pageshow", show);
  show();
})();

// Keyboard shortcuts. They only press links and buttons that are there anyway, never while somebody
// types, and can be switched off (WCAG 2.1.4), which this browser remembers.
"use strict";
(() => {
  const dialog = document.getElementById("keys");
  const button = document.querySelector("[data-keys]");
  const on = document.querySelector("[data-keys-on]");
  const OFF = "review-keys-off";

  const isOff = () => localStorage.getItem(OFF) !== null;
  on.checked = !isOff();
  on.addEventListener("change", () => on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, ""));
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());

  const step = (by) => {
    const steps = [...document.querySelectorAll("[data-step]")];
    const here = steps.findIndex((one) => one.contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : steps.length - 1) : Math.min(Math.max(here + by, 0), steps.length - 1);
    steps[next]?.focus();
  };

  const open = () => {
    const here = document.activeElement.closest("[data-step]");
    (here?.matches("a") ? here : here?.querySelector("[data-key=o]"))?.click();
  };

  const press = (key) => {
    const one = document.querySelector(`[data-key="${key}"]`);
    one?.matches("input") ? (one.focus(), one.select()) : one?.click();
  };

  const KEYS = {
    j: () => step(1), k: () => step(-1), o: open, "?": () => dialog.showModal(),
    n: press, p: press, r: press, u: press, "/": press,
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
    if (typing || dialog.open || isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key === "Enter" && event.target.matches("[data-step]:not(a)") ? "o" : event.key;
    if (!Object.hasOwn(KEYS, key) || (event.repeat && !"jk".includes(key))) return;
    event.preventDefault();
    KEYS[key](key);
  });
})();

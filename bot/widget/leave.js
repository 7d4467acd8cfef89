// Leave quickly, after GOV.UK's "Exit this page": covers the page at once, wipes both sides, goes elsewhere.

import { ours } from "./reply.js";

const { says } = ours;
const status = document.getElementById("leaving");
const WITHIN = 5000; // milliseconds between two presses of Shift, as GOV.UK has it
let presses = 0;
let forgetting;

function wipe(quickly) {
  hush();
  const body = new Blob([JSON.stringify({ session: ours.session, quickly })], { type: "text/plain" });
  navigator.sendBeacon("/webhooks/widget/forget", body);
  document.getElementById("talk").replaceChildren();
  document.getElementById("words").value = "";
}

export function hush() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

export function leave() {
  const cover = document.getElementById("cover");
  cover.hidden = false;
  cover.textContent = says.leaving;
  document.title = says.leaving;
  wipe(true);
  if (ours.framed && parent !== window) parent.postMessage({ yourSay: "leave" }, "*");
  else location.replace(says.leave_to);
}

document.getElementById("leave").addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});

// A Shift that made a capital letter does not count.
let modified = false;
document.addEventListener("keydown", (event) => { if (event.key !== "Shift") modified = event.shiftKey; }, true);
document.addEventListener("keyup", (event) => {
  if (event.key !== "Shift" || modified) {
    if (event.key === "Shift") modified = false;
    presses = 0;
    return;
  }
  clearTimeout(forgetting);
  presses += 1;
  if (presses === 3) leave();
  else {
    status.textContent = presses === 1 ? says.shift_2 : says.shift_1;
    forgetting = setTimeout(() => { presses = 0; status.textContent = ""; }, WITHIN);
  }
}, true);

// Closing the tab forgets, and the back button brings nothing back.
addEventListener("pagehide", () => wipe(false));
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// The chat. Nothing is stored in the browser: closing the tab forgets the conversation.

import { colour } from "./comfort.js";
import { hush, leave } from "./leave.js";
import { asButton, ours, shown } from "./reply.js";

const { says } = ours;
const talk = document.getElementById("talk");
const typing = document.getElementById("typing");
const state = document.getElementById("state");
const form = document.getElementById("write");
const words = document.getElementById("words");
const help = document.querySelector(".help");
const SLOW = 5000; // milliseconds before we say that it is slow and open the numbers to ring
const PATIENCE = 25000; // milliseconds before it is given up
const SILENCE = 180000; // milliseconds without a word after a disclosure before we say that we are still here
const AGAIN = [1000, 3000]; // milliseconds before a message is sent by itself once more
const waiting = []; // messages on their way, in order
let delivering = false;
let checkIn;

function add(who, message) {
  const item = shown(who, message, send);
  talk.append(item);
  item.scrollIntoView({ block: who === "bot" ? "start" : "nearest" });
  return item;
}

function number() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send(text, message) {
  clearTimeout(checkIn);
  waiting.push({ item: add("you", { text }), id: number(), message, tries: 0 });
  deliver();
}

async function post(path, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await fetch(`/webhooks/widget/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: abort.signal,
    });
    return { status: response.status, body: await response.json() };
  } finally {
    clearTimeout(timer);
  }
}

/** One try; a message keeps its number, so that one that did arrive is not taken twice. */
async function attempt({ id, message }) {
  let reply = await post("message", { session: ours.session, id, message });
  if (reply.status === 401) {
    ours.session = (await post("session", { place: ours.place })).body.session;
    for (const field of document.querySelectorAll("input[name=session]")) field.value = ours.session;
    reply = await post("message", { session: ours.session, id, message });
  }
  if (!Array.isArray(reply.body)) throw new Error(String(reply.status));
  return reply.body;
}

async function deliver() {
  if (delivering || !waiting.length) return;
  delivering = true;
  typing.hidden = false;
  state.textContent = says.writing;
  const slow = setTimeout(() => { state.textContent = says.slow; help.open = true; }, SLOW);
  const next = waiting[0];
  try {
    const replies = await attempt(next);
    state.textContent = "";
    waiting.shift();
    unmark(next);
    for (const reply of replies) {
      if (reply.custom?.forget) talk.replaceChildren();
      add("bot", reply);
      clearTimeout(checkIn);
      const stillHere = reply.custom?.check_in;
      if (stillHere && !waiting.length) checkIn = setTimeout(add, SILENCE, "bot", { text: stillHere });
    }
    done(slow);
    deliver();
  } catch (error) {
    done(slow);
    failed(next, error.name === "AbortError");
  }
}

function done(slow) {
  clearTimeout(slow);
  delivering = false;
  typing.hidden = true;
}

function unmark({ item }) {
  const again = item.querySelector(".again");
  if (again === document.activeElement) words.focus();
  again?.remove();
}

function failed(message, slow) {
  state.textContent = slow ? says.slow : says.not_sent;
  help.open = true;
  if (message.tries < AGAIN.length) {
    setTimeout(deliver, AGAIN[message.tries]);
    message.tries += 1;
    return;
  }
  for (const unsent of waiting) {
    if (unsent.item.querySelector(".again")) continue;
    unsent.item.append(asButton(says.try_again, () => { waiting.forEach(unmark); deliver(); }, "again"));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = words.value.trim();
  if (!typed) return;
  words.value = "";
  send(typed, typed);
});

words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit ? form.requestSubmit() : form.querySelector("button").click();
  }
});

const menu = document.getElementById("menu");
menu.addEventListener("click", () => send(says.menu, "/menu"));
menu.hidden = false;

addEventListener("offline", () => { state.textContent = says.offline; help.open = true; });
addEventListener("online", () => {
  waiting.forEach(unmark);
  state.textContent = "";
  deliver();
});

const asked = new URLSearchParams(location.search);
ours.place = asked.get("place");
if (ours.framed) {
  colour(asked.get("colour"));
  const close = document.getElementById("close");
  const toParent = (said) => parent.postMessage({ yourSay: said }, "*");
  if (parent !== window) {
    close.hidden = asked.get("mode") === "inline";
    close.addEventListener("click", () => { hush(); toParent("close"); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") { hush(); toParent("close"); } });
    addEventListener("message", (event) => {
      if (event.source === parent && event.data?.yourSay === "opened") words.focus();
      if (event.source === parent && event.data?.yourSay === "leave") leave();
    });
    toParent("ready");
  }
}

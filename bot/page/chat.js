// The chat on the page. Nothing is stored: closing the tab forgets the conversation.

const sender = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const says = document.body.dataset;
const talk = document.getElementById("talk");
const state = document.getElementById("state");
const form = document.getElementById("write");
const words = document.getElementById("words");
const PATIENCE = 25000; // milliseconds before we say that it is slow
const SILENCE = 180000; // milliseconds without a word after a disclosure before we say that we are still here
let checkIn;

function add(who, text, buttons = []) {
  const item = document.createElement("li");
  item.className = who;
  const speaker = document.createElement("span");
  speaker.className = "who";
  speaker.textContent = `${says[who]}: `;
  item.append(speaker, text);
  if (buttons.length) {
    const choices = document.createElement("div");
    choices.className = "choices";
    choices.append(...buttons.map(asButton));
    item.append(choices);
  }
  talk.append(item);
  item.scrollIntoView({ block: who === "bot" ? "start" : "nearest" });
  return item;
}

function asButton({ title, payload }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", () => send(title, payload));
  return button;
}

async function send(shown, message) {
  const mine = add("you", shown);
  await deliver(mine, message);
  words.focus();
}

async function deliver(mine, message) {
  state.textContent = "…";
  clearTimeout(checkIn);
  try {
    const response = await fetch("/webhooks/rest/webhook", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sender, message }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw new Error(String(response.status));
    for (const reply of await response.json()) {
      add("bot", reply.text, reply.buttons);
      const stillHere = reply.custom?.check_in;
      if (stillHere) checkIn = setTimeout(add, SILENCE, "bot", stillHere);
    }
    state.textContent = "";
  } catch (error) {
    state.textContent = error.name === "TimeoutError" ? says.slow : says.notSent;
    document.querySelector(".help").open = true;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.textContent = says.tryAgain;
    retry.addEventListener("click", () => { retry.remove(); deliver(mine, message); });
    mine.append(retry);
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
    form.requestSubmit();
  }
});

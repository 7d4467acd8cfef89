// Shows one message: words in readable pieces, buttons, cards to tap, and what can be done with an answer.

export const ours = JSON.parse(document.getElementById("ours").textContent);
const { says } = ours;
const printing = document.getElementById("print");
printing.addEventListener("click", () => print());

export function make(tag, content = {}, ...children) {
  const element = Object.assign(document.createElement(tag), content);
  element.append(...children);
  return element;
}

export function asButton(title, press, className = "") {
  const button = make("button", { type: "button", textContent: title, className });
  button.addEventListener("click", press);
  return button;
}

function pieces(text) {
  return text.split(/\n{2,}/).map((piece) => {
    const lines = piece.split("\n");
    const list = lines.length > 1 && lines.slice(1).every((line) => line.startsWith("- "));
    if (lines.every((line) => line.startsWith("- "))) return make("ul", {}, ...lines.map(asItem));
    if (!list) return make("p", { textContent: piece, dir: "auto" });
    return make("div", {}, make("p", { textContent: lines[0] }), make("ul", {}, ...lines.slice(1).map(asItem)));
  });
}

const asItem = (line) => make("li", { textContent: line.slice(2) });

function link(href, text, away = false) {
  const anchor = make("a", { href, textContent: text });
  if (away) Object.assign(anchor, { target: "_blank", rel: "noopener noreferrer" });
  else if (ours.framed) anchor.target = "_top"; // a site's policy may forbid the frame to go to tel:
  return anchor;
}

function asCard(service) {
  const ways = (service.phones || []).map(({ number, name }) =>
    link(`tel:${number.replace(/\s/g, "")}`, `${says.ring} ${name ? `${name} ` : ""}${number}`));
  if (service.text) ways.push(link(`sms:${service.text.number}`, service.text.words));
  if (service.web) ways.push(link(`https://${service.web}`, service.web, true));
  const card = make("li", {}, make("strong", { textContent: service.name }), ...ways,
    make("span", { textContent: service.helps_with }));
  for (const more of [service.hours, service.caution]) {
    if (more) card.append(make("span", { textContent: more }));
  }
  return card;
}

function whoCanHelp(services, open) {
  const cards = services.filter((service) => service.phones || service.text || service.web);
  if (!cards.length) return [];
  const details = make("details", { className: "cards", open }, make("summary", { textContent: says.who_can_help }),
    make("ul", {}, ...cards.map(asCard)));
  details.setAttribute("aria-live", "off"); // the words are read out; this would be read on top
  return [details];
}

/** A voice of the device itself: others send the words to somebody's server. */
function ownVoice() {
  const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
  return voices.find((voice) => voice.localService && voice.lang.startsWith("en"));
}

function withAnswer(item, text, custom, send) {
  const tools = make("div", { className: "tools" });
  tools.setAttribute("aria-live", "off");
  if (ownVoice()) {
    tools.append(asButton(says.read_aloud, () => {
      const speaking = speechSynthesis.speaking;
      speechSynthesis.cancel();
      const voice = ownVoice();
      if (!speaking) speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang }));
    }));
  }
  const keep = asButton(says.keep, () => {
    keep.setAttribute("aria-pressed", String(item.classList.toggle("kept")));
    printing.hidden = !document.querySelector(".kept");
  });
  keep.setAttribute("aria-pressed", "false");
  tools.append(keep);
  if (custom.source) {
    const helpful = make("span", { className: "helpful", role: "group", ariaLabel: says.helpful }, make("span", { textContent: says.helpful }));
    for (const [title, how] of [[says.yes, "helpful"], [says.no, "unhelpful"]]) {
      const payload = `/feedback_${how}{"topic": "${custom.topic}"}`;
      helpful.append(asButton(title, () => send(`${says.helpful} ${title}`, payload)));
    }
    tools.append(helpful);
  }
  return tools;
}

/** `who` is "you" or "bot"; `send(shown, message)` is called when a button is pressed. */
export function shown(who, message, send) {
  const item = make("li", { className: who }, make("span", { className: "aside", textContent: `${says[who]}: ` }));
  item.append(...pieces(message.text));
  if (who === "you") return item;
  const custom = message.custom || {};
  item.append(...whoCanHelp(custom.services || [], !custom.source));
  if (message.buttons?.length) {
    item.append(make("div", { className: "choices" },
      ...message.buttons.map(({ title, payload }) => asButton(title, () => send(title, payload)))));
  }
  item.append(withAnswer(item, message.text, custom, send));
  return item;
}

// Larger text, more space, dark colours, a plain tab name. Nothing is stored: it lasts as long as the page.

import { asButton, ours } from "./reply.js";

const { says } = ours;
const page = document.documentElement;
const group = document.getElementById("comfort");
const title = document.title;

const CHANGES = {
  larger: (on) => page.classList.toggle("larger", on),
  spaced: (on) => page.classList.toggle("spaced", on),
  dark: (on) => { page.classList.toggle("dark", on); page.classList.toggle("light", !on); },
  plain_tab: (on) => { document.title = on ? says.plain_title : title; },
};

if (ours.framed) delete CHANGES.plain_tab; // the tab belongs to the site around us
for (const [name, change] of Object.entries(CHANGES)) {
  const isOn = name === "dark" && matchMedia("(prefers-color-scheme: dark)").matches;
  const button = asButton(says[name], () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    change(on);
  });
  button.setAttribute("aria-pressed", String(isOn));
  group.append(button);
}
document.getElementById("looks").hidden = false;

/** Give the page the colour that the site asked for, with ink that can be read on it. */
export function colour(accent) {
  const channels = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(accent || "");
  if (!channels) return;
  const [red, green, blue] = channels.slice(1).map((hex) => {
    const share = parseInt(hex, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue; // relative luminance, WCAG 2.2
  page.style.setProperty("--accent", `#${channels.slice(1).join("")}`);
  page.style.setProperty("--on-accent", light > 0.179 ? "#000" : "#fff");
}

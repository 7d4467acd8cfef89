// Your Say: <script src="https://HOST/widget.js" data-place="devon" defer></script>
// Puts the chat in a frame of its own origin, where the page around it cannot read what a child types.
(() => {
  const script = document.currentScript;
  const asked = script.dataset;
  const home = new URL(script.src).origin;
  const says = {{ ours | tojson }};
  const help = {{ help_now | tojson }};
  const WITHIN = 5000; // milliseconds between two presses of Shift
  const inline = asked.mode === "inline";
  const side = asked.position === "left" ? "left" : "right";
  const accent = /^#?[0-9a-f]{6}$/i.test(asked.colour || "") ? asked.colour.replace("#", "") : "0b4f9c";
  const light = [0, 2, 4].reduce((sum, at, place) => {
    const share = parseInt(accent.slice(at, at + 2), 16) / 255;
    return sum + [0.2126, 0.7152, 0.0722][place] * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ink = light > 0.179 ? "#000" : "#fff";

  // Styles are set one by one through the object model: no site's policy or style sheet stands in the way.
  const FONT = "font: 600 1rem/1.4 system-ui, sans-serif; box-sizing: border-box;";
  const BUTTON = `${FONT} min-height: 3rem; padding: .5rem 1.25rem; border-radius: 1.5rem; cursor: pointer;`;
  const OPEN = `${BUTTON} position: fixed; bottom: 1rem; ${side}: 1rem; z-index: 2147483000; max-width: calc(100vw - 2rem); border: 2px solid ${ink}; background: #${accent}; color: ${ink};`;
  const PANEL = "box-sizing: border-box; margin: 0; padding: 0; background: #fff; color: #15202b; border: 1px solid #6b7a89; overflow: auto;";
  const BESIDE = `position: fixed; bottom: 1rem; ${side}: 1rem; z-index: 2147483001; top: auto; ${side === "left" ? "right" : "left"}: auto; width: 25rem; height: 40rem; max-width: 100vw; max-height: 100vh; max-height: 100dvh;`;
  const WHOLE = "position: fixed; top: 0; right: 0; bottom: 0; left: 0; z-index: 2147483001; width: 100%; height: 100%; max-width: none; max-height: none;";

  const make = (tag, content, style, ...children) => {
    const element = Object.assign(document.createElement(tag), content);
    element.style.cssText = style;
    element.append(...children);
    return element;
  };
  const press = (textContent, act, style) => {
    const button = make("button", { type: "button", textContent }, style);
    button.addEventListener("click", act);
    return button;
  };
  const hostElement = () => make("div", {}, "all: initial !important; display: block !important;");
  const host = hostElement();
  const root = host.attachShadow({ mode: "open" });

  const numbers = make("div", {}, `${FONT} padding: 1rem; font-weight: 400;`, make("p", { textContent: says.loading }, ""));
  const link = (href, textContent) => make("a", { href, textContent }, "display: block; min-height: 2rem; color: #0b4f9c;");
  for (const service of help) {
    for (const phone of service.phones || []) numbers.append(link(`tel:${phone.number.replace(/\s/g, "")}`, `${service.name} ${phone.number}`));
    if (service.text) numbers.append(link(`sms:${service.text.number}`, `${service.name}: ${service.text.words}`));
    if (service.caution) numbers.append(make("p", { textContent: service.caution }, "margin: 0 0 .5rem;"));
  }
  numbers.append(press(says.leave, leave, `${BUTTON} border: 0; background: #b3261e; color: #fff;`));
  if (!inline) numbers.append(press(says.close, hide, `${BUTTON} margin-left: .5rem; border: 2px solid #0b4f9c; background: #fff; color: #0b4f9c;`));
  // A dialog makes the page behind it unreachable where it covers the whole screen; browsers of before 2022 lack it.
  const panel = make(inline ? "div" : "dialog", { hidden: true }, "", numbers);
  const open = press(asked.greeting || says.open, show, OPEN);
  open.setAttribute("aria-expanded", "false");
  const phone = matchMedia("(max-width: 30rem)");
  let frame;
  let ready = false;
  let shown = false;
  let leaving = false;

  function draw() {
    const where = inline ? "position: relative; width: 100%; height: 40rem; max-height: 100vh;" : phone.matches ? WHOLE : BESIDE;
    panel.style.cssText = `${PANEL} ${where} ${shown ? "" : "display: none;"}`;
    if (frame) frame.style.cssText = `width: 100%; height: 100%; border: 0; display: ${ready ? "block" : "none"};`;
    numbers.hidden = ready;
    open.style.display = shown ? "none" : "";
    open.setAttribute("aria-expanded", String(shown));
  }

  function load() {
    const query = new URLSearchParams({ mode: inline ? "inline" : "button", colour: accent });
    if (asked.place) query.set("place", asked.place);
    if (asked.lang) query.set("lang", asked.lang);
    frame = make("iframe", { src: `${home}/chat?${query}`, title: says.title, referrerPolicy: "no-referrer" }, "");
    panel.append(frame);
  }

  function tell(said) {
    frame.contentWindow.postMessage({ yourSay: said }, home);
  }

  function show() {
    if (!frame) load();
    panel.hidden = false;
    shown = true;
    draw();
    if (inline) return;
    if (panel.showModal && !panel.open) phone.matches ? panel.showModal() : panel.show();
    if (ready) {
      frame.focus();
      tell("opened");
    } else numbers.querySelector("a").focus();
  }

  function hide() {
    shown = false;
    draw();
    panel.close?.();
    open.focus();
  }

  function leave() {
    if (leaving) return; // the frame says it too, and a second going away would undo the first
    leaving = true;
    document.documentElement.style.setProperty("visibility", "hidden", "important");
    const over = hostElement();
    over.attachShadow({ mode: "closed" }).append(make("div", { role: "alert", textContent: says.leaving }, `${FONT} ${WHOLE} visibility: visible; z-index: 2147483647; padding: 2rem; background: #fff; color: #15202b;`));
    document.documentElement.append(over);
    panel.close?.();
    document.title = says.leaving;
    try {
      top.location.replace(says.leave_to);
    } catch {
      location.replace(says.leave_to);
    }
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const said = event.data?.yourSay;
    if (said === "ready") {
      ready = true;
      draw();
      if (shown && !inline) {
        frame.focus();
        tell("opened");
      }
    } else if (said === "close" && !inline) hide();
    else if (said === "leave") leave();
  });

  // Shift three times leaves from anywhere on the page once the chat has been opened.
  let presses = 0;
  let modified = false;
  let forgetting;
  addEventListener("keydown", (event) => { if (event.key !== "Shift") modified = event.shiftKey; }, true);
  addEventListener("keyup", (event) => {
    const counts = event.key === "Shift" && frame && !modified;
    if (event.key === "Shift") modified = false;
    presses = counts ? presses + 1 : 0;
    clearTimeout(forgetting);
    forgetting = setTimeout(() => { presses = 0; }, WITHIN);
    if (presses < 3) return;
    if (ready) tell("leave");
    leave();
  }, true);

  phone.addEventListener?.("change", () => {
    if (shown) panel.close?.();
    draw();
    if (shown) show();
  });
  root.append(panel);
  if (inline) {
    script.after(host);
    show();
  } else {
    panel.setAttribute("role", "dialog");
    panel.addEventListener("cancel", (event) => { event.preventDefault(); hide(); });
    panel.setAttribute("aria-label", says.title);
    root.append(open);
    document.body.append(host);
    draw();
  }
})();

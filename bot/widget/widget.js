// Your Say: <script src="https://HOST/widget.js" data-place="devon" defer></script>
// Puts the chat in a frame of its own origin, where the page around it cannot read what a child types.
(() => {
  const script = document.currentScript;
  const asked = script.dataset;
  const home = new URL(script.src).origin;
  const says = {{ ours | tojson }};
  const help = {{ help_now | tojson }};
  const PATIENCE = 8000; // milliseconds until the numbers are shown because the chat does not load
  const inline = asked.mode === "inline";
  const left = asked.position === "left";
  const accent = /^#?[0-9a-f]{6}$/i.test(asked.colour || "") ? asked.colour.replace("#", "") : "0b4f9c";
  const light = [0, 2, 4].reduce((sum, at, place) => {
    const share = parseInt(accent.slice(at, at + 2), 16) / 255;
    return sum + [0.2126, 0.7152, 0.0722][place] * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  }, 0);

  const style = `
    :host { all: initial }
    * { box-sizing: border-box; font: 600 1rem/1.4 system-ui, sans-serif }
    .open { position: fixed; bottom: 1rem; ${left ? "left" : "right"}: 1rem; z-index: 2147483000; min-height: 3rem; max-width: calc(100vw - 2rem);
      padding: .5rem 1.25rem; border: 2px solid ${light > 0.179 ? "#000" : "#fff"}; border-radius: 1.5rem; cursor: pointer;
      background: #${accent}; color: ${light > 0.179 ? "#000" : "#fff"} }
    .open:focus-visible { outline: 3px solid #c9820b; outline-offset: 2px }
    .panel { ${inline ? "position: relative; width: 100%; height: 40rem;" : `position: fixed; bottom: 1rem; ${left ? "left" : "right"}: 1rem; z-index: 2147483001;
      width: 25rem; height: 40rem; max-width: 100vw; max-height: 100vh;`} max-height: 100dvh; background: #fff; color: #15202b; border: 1px solid #6b7a89; overflow: auto }
    ${inline ? "" : "@media (max-width: 30rem) { .panel { inset: 0; width: 100%; height: 100% } }"}
    iframe { display: block; width: 100%; height: 100%; border: 0 }
    .numbers { padding: 1rem; font-weight: 400 } .numbers a { display: block; min-height: 2rem; color: #0b4f9c }
    [hidden] { display: none }
    .cover { position: fixed; inset: 0; z-index: 2147483647; background: #fff }`;

  const make = (tag, content, ...children) => {
    const element = Object.assign(document.createElement(tag), content);
    element.append(...children);
    return element;
  };
  const host = make("div", {});
  const root = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", { textContent: style }));
  }

  const numbers = make("div", { className: "numbers", hidden: true }, make("p", { textContent: says.not_sent }));
  for (const service of help) {
    for (const phone of service.phones || []) {
      numbers.append(make("a", { href: `tel:${phone.number.replace(/\s/g, "")}`, textContent: `${service.name} ${phone.number}` }));
    }
    if (service.text) numbers.append(make("a", { href: `sms:${service.text.number}`, textContent: `${service.name}: ${service.text.words}` }));
  }
  const panel = make("div", { className: "panel", hidden: true, role: "dialog" }, numbers);
  panel.setAttribute("aria-label", says.title);
  const open = make("button", { className: "open", type: "button", textContent: asked.greeting || says.open });
  open.setAttribute("aria-expanded", "false");
  let frame;
  let ready = false;

  function load() {
    const query = new URLSearchParams({ mode: inline ? "inline" : "button", colour: accent });
    if (asked.place) query.set("place", asked.place);
    if (asked.lang) query.set("lang", asked.lang);
    frame = make("iframe", { src: `${home}/chat?${query}`, title: says.title, referrerPolicy: "no-referrer" });
    panel.append(frame);
    setTimeout(() => {
      if (ready) return;
      numbers.hidden = false;
      if (inline) return;
      const close = make("button", { type: "button", textContent: says.close });
      close.addEventListener("click", hide);
      numbers.append(close);
      close.focus();
    }, PATIENCE);
  }

  function show() {
    if (!frame) load();
    panel.hidden = false;
    open.hidden = true;
    open.setAttribute("aria-expanded", "true");
    if (ready) frame.contentWindow.postMessage({ yourSay: "opened" }, home);
    frame.focus();
  }

  function hide() {
    panel.hidden = true;
    open.hidden = false;
    open.setAttribute("aria-expanded", "false");
    open.focus();
  }

  function leave() {
    root.append(make("div", { className: "cover" }));
    document.title = says.leaving;
    location.replace(says.leave_to);
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const said = event.data?.yourSay;
    if (said === "ready") {
      ready = true;
      numbers.hidden = true;
      if (!inline) frame.contentWindow.postMessage({ yourSay: "opened" }, home);
    } else if (said === "close") hide();
    else if (said === "leave") leave();
  });

  // Shift three times leaves from anywhere on the page once the chat has been opened.
  let presses = 0;
  let forgetting;
  addEventListener("keyup", (event) => {
    presses = event.key === "Shift" && frame ? presses + 1 : 0;
    clearTimeout(forgetting);
    forgetting = setTimeout(() => { presses = 0; }, 5000);
    if (presses < 3) return;
    if (ready) frame.contentWindow.postMessage({ yourSay: "leave" }, home);
    leave();
  });

  open.addEventListener("click", show);
  root.append(panel);
  if (inline) {
    script.after(host);
    panel.removeAttribute("role");
    show();
  } else {
    root.append(open);
    document.body.append(host);
  }
})();

// The page for site owners: writes the line to copy and shows the chat as it will look.

const form = document.getElementById("options");
const line = document.getElementById("line");
const preview = document.getElementById("preview");
const copy = document.getElementById("copy");
const copied = document.getElementById("copied");
const USUAL = { colour: "#0b4f9c", position: "right" };

function write() {
  const chosen = [...new FormData(form)].filter(([name, value]) => value && value !== USUAL[name]);
  const attributes = chosen.map(([name, value]) => ` data-${name}="${value.replace(/&/g, "&amp;").replace(/"/g, "&quot;")}"`);
  line.value = `<script src="${location.origin}/widget.js"${attributes.join("")} defer></script>`;
  const asked = new URLSearchParams(chosen.filter(([name]) => ["place", "colour", "lang"].includes(name)));
  asked.set("mode", "inline");
  preview.src = `/chat?${asked}`;
  copied.textContent = "";
}

form.addEventListener("change", write);
form.addEventListener("submit", (event) => event.preventDefault());
copy.addEventListener("click", async () => {
  line.select();
  try {
    await navigator.clipboard.writeText(line.value);
  } catch {
    document.execCommand("copy"); // browsers without a clipboard, and pages without https
  }
  copied.textContent = copied.dataset.says;
});
copy.hidden = false;
write();

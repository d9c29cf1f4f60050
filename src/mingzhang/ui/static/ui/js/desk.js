// Deciding: forms are sent once, remarks can be added, and the review queue is worked with single keys. The keys do
// nothing while the focus is in a field, and can be switched off (WCAG 2.1.4); the browser remembers that.
const KEPT = "mingzhang-keys";
const panel = document.getElementById("panel");
const list = document.querySelector("[data-queue]");
const help = document.querySelector("[data-keys]");
const bar = document.querySelector("[data-batch-bar]");
const links = () => [...document.querySelectorAll('[data-queue] a[aria-controls="panel"]')];
const marks = () => [...document.querySelectorAll('[data-batch] input[name="record"]')];

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
// A page that comes back from the browser's memory may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function offerLines(root) {
  for (const button of root.querySelectorAll("[data-add-line]")) {
    button.hidden = false;
    // One line is enough to begin with; the others stand there for those without script.
    const lines = [...button.form.querySelectorAll(".back-line")];
    for (const line of lines.slice(1)) {
      if (!line.querySelector("textarea").value) line.remove();
    }
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line]");
  if (!button) return;
  const lines = button.form.querySelectorAll(".back-line");
  const line = lines[lines.length - 1].cloneNode(true);
  line.querySelector("textarea").value = "";
  line.querySelector("textarea").required = false;
  lines[lines.length - 1].after(line);
  line.querySelector("select").focus();
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".decide-more[open]")) event.target.querySelector("textarea")?.focus();
}, true);

function sayChosen() {
  const chosen = marks().filter((mark) => mark.checked);
  const mixed = new Set(chosen.map((mark) => mark.dataset.kind)).size > 1;
  const say = bar.querySelector("[data-batch-say]");
  const words = !chosen.length ? say.dataset.none : mixed ? say.dataset.mixed : say.dataset.some;
  say.textContent = words.replace("{n}", chosen.length);
  bar.querySelector("button").disabled = !chosen.length || mixed;
}

function offerAll() {
  const all = bar.querySelector("[data-all]");
  if (!all) return;
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const mark of marks()) mark.checked = event.target.checked;
    sayChosen();
  });
}

function current() {
  const all = links();
  return all.find((link) => link.getAttribute("aria-expanded") === "true")
    ?? all.find((link) => link.closest("tr").contains(document.activeElement));
}

function move(direction) {
  const all = links();
  const at = current();
  const next = at ? all[all.indexOf(at) + direction] : all[0];
  if (!next) return;
  if (panel.hidden) next.focus();
  else next.click();
}

function decide(key) {
  if (panel.hidden) {
    current()?.click();
    return;
  }
  const button = panel.querySelector(`[data-key="${key}"]`);
  if (!button || button.disabled) return;
  if (key === "a") button.form.requestSubmit(button);
  else button.click();
}

function choose() {
  const mark = current()?.closest("tr").querySelector('input[name="record"]');
  mark?.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => decide("a"),
  r: () => decide("r"),
  x: choose,
  "?": () => help.showModal(),
};
const keysOn = () => localStorage.getItem(KEPT) !== "off";

function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || help.open || !keysOn()) return;
  if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
  const arrows = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in arrows && list.contains(event.target)) {
    event.preventDefault();
    move(arrows[event.key]);
  } else if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

offerLines(document);
panel?.addEventListener("htmx:afterSwap", () => offerLines(panel));
if (bar) {
  document.addEventListener("change", (event) => {
    if (event.target.name === "record") sayChosen();
  });
  sayChosen();
  offerAll();
}
if (list && help) {
  const opener = document.querySelector("[data-keys-open]");
  const box = help.querySelector("[data-keys-on]");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  box.checked = keysOn();
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
  document.addEventListener("keydown", pressed);
}

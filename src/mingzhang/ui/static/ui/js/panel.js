// The side panel: htmx loads a link's page into #panel. Focus goes in with it and returns to the link on close;
// Esc closes; the arrow keys step to the number or record before and after.
const panel = document.getElementById("panel");
let opener = null;

const openers = () => document.querySelectorAll('[aria-controls="panel"]');

function mark(current) {
  for (const link of openers()) {
    link.setAttribute("aria-expanded", String(link === current));
    link.closest("tr")?.setAttribute("aria-selected", String(link === current));
  }
}

function linkTo(address) {
  return [...openers()].find((link) => link.getAttribute("hx-get") === address);
}

function close() {
  panel.hidden = true;
  panel.replaceChildren();
  mark(null);
  opener?.focus();
  opener = null;
}

function opened() {
  panel.hidden = false;
  const head = panel.querySelector("[data-panel-focus]");
  const link = linkTo(panel.querySelector("[data-address]")?.dataset.address) ?? opener;
  if (link) {
    opener = link;
    mark(link);
    link.scrollIntoView({ block: "nearest" });
  }
  head?.focus({ preventScroll: true });
  panel.scrollTop = 0;
}

function step(direction) {
  panel.querySelector(`[data-step="${direction}"]`)?.click();
}

function keys(event) {
  if (panel.hidden || event.target.matches("input, select, textarea")) return;
  if (event.key === "Escape") close();
  if (event.key === "ArrowLeft") step("previous");
  if (event.key === "ArrowRight") step("next");
}

if (panel) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.getAttribute("aria-controls") === "panel") opener = event.detail.elt;
  });
  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel) opened();
  });
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", keys);
}

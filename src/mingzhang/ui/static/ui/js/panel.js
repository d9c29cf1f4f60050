// The side panel: htmx loads a link's page into #panel. Focus goes in with it and returns to the link on close; Esc
// closes; the arrow keys step to the link before and after. What is opened from inside the panel can be gone back on.
// The address keeps the number that is open, so that it can be sent to a colleague.
const panel = document.getElementById("panel");
let opener = null;
let trail = [];

const openers = () => [...document.querySelectorAll('[aria-controls="panel"]')];
const part = (name) => panel.querySelector(`[data-${name}]`);

function mark(current) {
  for (const link of openers()) {
    link.setAttribute("aria-expanded", String(link === current));
    link.closest("tr")?.setAttribute("aria-selected", String(link === current));
  }
}

function keepAddress(hash) {
  history.replaceState(history.state, "", hash || location.pathname + location.search);
}

function neighbour(direction) {
  return openers()[openers().indexOf(opener) + direction];
}

function showSteps() {
  const all = openers();
  const nth = all.indexOf(opener) + 1;
  for (const button of panel.querySelectorAll("[data-step]")) {
    button.hidden = trail.length > 0 || all.length < 2;
    button.disabled = !neighbour(Number(button.dataset.step));
  }
  if (part("count")) part("count").textContent = trail.length || all.length < 2 ? "" : `${nth} / ${all.length}`;
  if (part("back")) part("back").hidden = trail.length === 0;
}

function opened() {
  panel.hidden = false;
  mark(opener);
  showSteps();
  panel.scrollTop = 0;
  part("panel-focus")?.focus({ preventScroll: true });
  opener?.scrollIntoView({ block: "nearest" });
  if (opener?.id) keepAddress(`#${opener.id}`);
}

function close() {
  panel.hidden = true;
  panel.replaceChildren();
  mark(null);
  keepAddress("");
  opener?.focus();
  opener = null;
  trail = [];
}

function goBack() {
  const address = trail.pop();
  window.htmx.ajax("GET", address, { target: "#panel", source: panel });
}

function noteRequest(event) {
  const link = event.detail.elt;
  if (link.getAttribute("aria-controls") === "panel") {
    opener = link;
    trail = [];
  } else if (panel.contains(link) && link !== panel && part("address")) {
    trail.push(part("address").dataset.address);
  }
}

function clicked(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if ("close" in button.dataset) close();
  if ("back" in button.dataset) goBack();
  if ("step" in button.dataset) neighbour(Number(button.dataset.step))?.click();
}

function pressed(event) {
  if (panel.hidden || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches("input, select, textarea")) return;
  if (event.key === "Escape") close();
  if (trail.length) return;
  if (event.key === "ArrowLeft") neighbour(-1)?.click();
  if (event.key === "ArrowRight") neighbour(1)?.click();
}

if (panel) {
  document.addEventListener("htmx:beforeRequest", noteRequest);
  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel) opened();
  });
  panel.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  // htmx takes links over when the document is ready, before this listener is called.
  document.addEventListener("DOMContentLoaded", () => {
    if (location.hash) openers().find((link) => `#${link.id}` === location.hash)?.click();
  });
}

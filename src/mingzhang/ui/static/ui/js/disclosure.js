// Drop-down boxes are <details class="drop-box">: they open without script. Here they close on Esc, on a click
// elsewhere, and when another one opens.
const openBoxes = () => document.querySelectorAll("details.drop-box[open]");

document.addEventListener("click", (event) => {
  for (const box of openBoxes()) {
    if (!box.contains(event.target)) box.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const box of openBoxes()) {
    box.open = false;
    box.querySelector("summary").focus();
    event.stopImmediatePropagation();
  }
});

document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!box.matches?.("details.drop-box") || !box.open) return;
  for (const other of openBoxes()) {
    if (other !== box) other.open = false;
  }
}, true);

// Selects of a filter bar apply at once; the button that applies them without script is then not needed.
document.documentElement.classList.add("has-script");
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-apply] select, form[data-apply] input[type=date]")) {
    event.target.form.requestSubmit();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  }
  if (event.target.closest("[data-print]")) window.print();
});

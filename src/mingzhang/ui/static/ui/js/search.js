// The search box: "/" goes to it; what is found stands below while one types. Arrows choose, Enter opens, Esc closes.
// Without script the form leads to the page of everything found.
const box = document.getElementById("search");
const list = document.getElementById("search-found");
const options = () => [...list.querySelectorAll('[role="option"]')];

function choose(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function chosen() {
  return options().find((one) => one.getAttribute("aria-selected") === "true");
}

function close() {
  list.hidden = true;
  choose(null);
  box.setAttribute("aria-expanded", "false");
}

function open() {
  const any = options().length > 0;
  list.hidden = !any;
  box.setAttribute("aria-expanded", String(any));
}

function step(by) {
  const all = options();
  if (list.hidden || all.length === 0) return;
  const at = all.indexOf(chosen());
  choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

function typed(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) open();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !list.hidden && chosen()) {
    event.preventDefault();
    chosen().click();
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();  // a browser would empty the box
    event.stopPropagation();
    close();
  }
}

function slash(event) {
  if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.matches("input, select, textarea") || event.target.isContentEditable) return;
  if (box.offsetParent === null) return;
  event.preventDefault();
  box.focus();
  box.select();
}

if (box && list) {
  document.addEventListener("keydown", slash);
  box.addEventListener("keydown", typed);
  box.addEventListener("input", () => {
    if (!box.value.trim()) {
      list.replaceChildren();
      close();
    }
  });
  box.addEventListener("focus", open);
  list.addEventListener("htmx:afterSwap", () => {
    choose(null);
    if (document.activeElement === box && box.value.trim()) open();
  });
  document.addEventListener("click", (event) => {
    if (!box.form.contains(event.target)) close();
  });
  document.addEventListener("focusin", (event) => {
    if (!box.form.contains(event.target)) close();
  });
}

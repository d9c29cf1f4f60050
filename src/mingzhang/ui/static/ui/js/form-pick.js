// Controls that point at a person, a unit or another sheet: type a few characters, choose below. What is chosen is text
// that names the thing and its code, so that the control works, is kept and is pasted into like any other.
const WAIT = 250;
let nth = 0;

export function watchPickers(form, { say, onChange }) {
  const list = document.createElement("ul");
  list.className = "found";
  list.id = "found";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  document.body.append(list);
  let at = null; // the control that the list belongs to
  let timer = 0;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const current = () => options().find((one) => one.getAttribute("aria-selected") === "true");

  function close() {
    list.hidden = true;
    at?.setAttribute("aria-expanded", "false");
    at?.removeAttribute("aria-activedescendant");
  }

  function place() {
    const box = at.getBoundingClientRect();
    list.style.setProperty("inset-block-start", `${box.bottom + window.scrollY}px`);
    list.style.setProperty("inset-inline-start", `${box.left + window.scrollX}px`);
    list.style.setProperty("min-inline-size", `${box.width}px`);
  }

  function open(found) {
    list.replaceChildren(...found.map((text) => {
      const one = document.createElement("li");
      one.setAttribute("role", "option");
      one.id = `found-${(nth += 1)}`;
      one.textContent = text;
      return one;
    }));
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = say("none_found");
      list.append(none);
    }
    place();
    list.hidden = false;
    at.setAttribute("aria-expanded", "true");
  }

  async function look(control, text) {
    const address = new URL(control.dataset.find, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
    return answer?.ok ? (await answer.json()).found : null;
  }

  function choose(text) {
    const control = at;
    control.value = text;
    close();
    control.dispatchEvent(new Event("change", { bubbles: true }));
    onChange();
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    const next = all[(all.indexOf(current()) + step + all.length) % all.length];
    for (const one of all) one.setAttribute("aria-selected", String(one === next));
    at.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  // A name that was typed or pasted and fits one thing only is completed.
  async function settle(control) {
    const text = control.value.trim();
    if (!text || /[（(][^（）()]+[）)]$/.test(text)) return;
    const found = (await look(control, text)) || [];
    const exact = found.filter((one) => one.replace(/（[^（）]+）$/, "") === text || one.endsWith(`（${text}）`));
    const [only] = exact.length ? exact : found;
    if ((exact.length === 1 || found.length === 1) && control.value.trim() === text) {
      control.value = only;
      onChange();
    }
  }

  document.addEventListener("input", (event) => {
    const control = event.target;
    if (!control.dataset?.find) return;
    at = control;
    control.setAttribute("role", "combobox");
    control.setAttribute("aria-controls", "found");
    control.setAttribute("aria-autocomplete", "list");
    clearTimeout(timer);
    const text = control.value.trim();
    if (!text) return close();
    timer = setTimeout(async () => {
      const found = await look(control, text);
      if (found && document.activeElement === control && control.value.trim() === text) open(found);
    }, WAIT);
  });
  document.addEventListener("keydown", (event) => {
    if (list.hidden || event.target !== at) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && current()) choose(current().textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const one = event.target.closest('[role="option"]');
    if (one) choose(one.textContent);
  });
  form.addEventListener("focusout", (event) => {
    if (!event.target.dataset?.find) return;
    close();
    settle(event.target);
  });
  form.addEventListener("settle", (event) => settle(event.target));
}

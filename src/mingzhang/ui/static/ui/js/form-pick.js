// Controls that point at a person, a unit or another sheet: type a few characters, choose below. What is chosen is text
// that names the thing and its code, so that the control works, is kept and is pasted into like any other.
import { isOthers, piecesOf } from "./form-people.js";

const WAIT = 250;
let nth = 0;

// Where several may be named in one text, the last of them is being typed.
const lastOf = (control) => ("many" in control.dataset ? control.value.split(/[、,，;；]/).at(-1) : control.value).trim();

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
    const before = control.value.slice(0, control.value.lastIndexOf(lastOf(control)));
    control.value = "many" in control.dataset ? before + text : text;
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

  // The one thing that a name fits, or null.
  async function only(control, text) {
    const found = (await look(control, text)) || [];
    const exact = found.filter((one) => one.replace(/（[^（）]+）$/, "") === text || one.endsWith(`（${text}）`));
    if (exact.length === 1 || found.length === 1) return (exact.length ? exact : found)[0];
    return null;
  }

  // A name that was typed or pasted and fits one thing only is completed.
  async function settle(control) {
    const text = control.value.trim();
    const completed = [];
    for (const piece of "many" in control.dataset ? piecesOf(text) : [text]) {
      const known = !piece || /[（(][^（）()]+[）)]$/.test(piece) || ("many" in control.dataset && isOthers(piece));
      completed.push(known ? piece : (await only(control, piece)) ?? piece);
    }
    const full = completed.join("、");
    if (full === text || control.value.trim() !== text) return;
    control.value = full;
    if ("search" in control.dataset) control.dispatchEvent(new Event("change", { bubbles: true }));
    onChange();
  }

  function lookSoon(control, wait) {
    at = control;
    control.setAttribute("role", "combobox");
    control.setAttribute("aria-controls", "found");
    control.setAttribute("aria-autocomplete", "list");
    clearTimeout(timer);
    const text = lastOf(control);
    if (!text && !("offers" in control.dataset)) return close();
    timer = setTimeout(async () => {
      const found = await look(control, text);
      if (found && document.activeElement === control && lastOf(control) === text) open(found);
    }, wait);
  }

  document.addEventListener("input", (event) => {
    if (event.target.dataset?.find) lookSoon(event.target, WAIT);
  });
  // Where something is offered before one types: by the arrow down, and by a click.
  const offers = (control) => list.hidden && control.dataset?.find && "offers" in control.dataset;
  document.addEventListener("click", (event) => {
    if (offers(event.target)) lookSoon(event.target, 0);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !event.isComposing && offers(event.target)) {
      event.preventDefault();
      lookSoon(event.target, 0);
      return;
    }
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
  return { only };
}

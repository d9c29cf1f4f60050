// The form of a record sheet. Without this module it works by its buttons; with it nothing that is typed is lost, files
// go up one by one, tables are typed and pasted into like a spreadsheet, and what does not apply is put away.
import { watchDraft } from "./form-draft.js";
import { watchFiles } from "./form-files.js";
import { watchGrids } from "./form-grid.js";
import { watchPeople } from "./form-people.js";
import { watchPickers } from "./form-pick.js";
import { watchConditions } from "./form-when.js";

const form = document.getElementById("sheet");

// The sentences, in the language of the page; {name} stands for what is put in.
const words = Object.fromEntries(
  [...document.getElementById("words").content.querySelectorAll("[data-w]")].map((one) => [one.dataset.w, one.textContent]),
);

const say = (name, parts = {}) => words[name].replace(/\{(\w+)\}/g, (_all, part) => parts[part] ?? "");

function goTo(anchor) {
  const place = document.getElementById(anchor);
  if (!place) return;
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

// A page that answers a form must not send that form again when it is loaded anew: what was typed since would be lost.
if ("posted" in form.dataset) history.replaceState(history.state, "", form.getAttribute("action"));

// The summary of errors takes the focus; its links lead into the controls.
document.querySelector("[data-focus]")?.focus();
document.addEventListener("click", (event) => {
  const link = event.target.closest(".summary a, .differences th a");
  if (!link) return;
  event.preventDefault();
  goTo(link.getAttribute("href").slice(1));
});

// An error goes quiet once its control was changed.
form.addEventListener("input", ({ target }) => {
  target.removeAttribute("aria-invalid");
  target.closest("[role=radiogroup]")?.removeAttribute("aria-invalid");
});

// Too many characters are said at once, and not cut off.
form.addEventListener("input", (event) => {
  const limit = Number(event.target.dataset?.limit || 0);
  if (!limit) return;
  const over = [...event.target.value].length - limit;
  let note = event.target.parentElement.querySelector(".over");
  if (over > 0 && !note) {
    note = document.createElement("span");
    note.className = "hint over";
    event.target.after(note);
  }
  if (note) note.textContent = over > 0 ? say("too_long", { n: over }) : "";
});

const conditions = watchConditions(form);
const draft = watchDraft(form, { say, onRestore: () => { conditions.apply(); participants.render(); } });
watchGrids(form, { say, onChange: () => { conditions.apply(); draft.touch(); } });
const pickers = watchPickers(form, { say, onChange: () => draft.touch() });
const participants = watchPeople(form, { say, pickers, onChange: () => draft.touch() });
watchFiles(form, { say, draft });

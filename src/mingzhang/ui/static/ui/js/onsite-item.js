// One item of the checklist. What is filled in colour is what lies in the store: a control shows that it was touched,
// and only when that is written down does it show as answered.
import { button, icon, make, say, settled } from "./onsite-make.js";
import { clash } from "./onsite-conflict.js";
import { kept } from "./onsite-faults.js";
import { photoStrip } from "./onsite-photos.js";
import { answer } from "./onsite-queue.js";
import { categoryOf, hasBound, isWrong, stateOf } from "./onsite-standing.js";

const YES_NO = [["yes", "check", "yn-ok"], ["no", "x", "yn-no"], ["na", "ring", "yn-na"]];
const NUMBER = /^-?\d{1,12}([.]\d{1,6})?$/;

export function itemOf(item, number_, place, round) {
  const here = { ...place, item: item.id };
  const said = { answer: null };
  const give = (value, changed = {}) => {
    const { note = "", category = "" } = { ...said.answer, ...changed };
    const sorted = item.sorted_on_site && isWrong(item, value) ? category : "";
    return kept(() => answer(place.person, place.number, item.id, { value, note, category: sorted }));
  };
  const remarked = async (note) => !said.answer || give(said.answer.value, { note });
  const sortedAs = (category) => give(said.answer.value, { category });
  const sorting = item.sorted_on_site ? sortingOf(item, round, sortedAs) : null;
  const control = CONTROLS[item.answer](item, give);
  const remark = remarkOf(item, remarked);
  const strip = photoStrip(here);
  const clashes = make("div", { class: "chk-clash", hidden: true });
  const more = moreOf(remark, strip, sorting, item.photo);
  const element = make("li", { class: "chk", id: `item-${item.id}`, "data-item": item.id },
    heading(item, number_), control.element, clashes, more.element);

  function update({ held, thumbs, locked }) {
    said.answer = held.answers[item.id]?.value ? held.answers[item.id] : null;
    element.dataset.state = stateOf(item, held);
    element.dataset.wrong = said.answer && isWrong(item, said.answer.value) ? "yes" : "";
    control.update(held.conflicts[item.id] ? "" : said.answer?.value ?? "", locked);
    remark.update(said.answer?.note ?? "", locked, Boolean(element.dataset.wrong));
    const photos = strip.update({ photos: held.photos, thumbs, locked });
    clash(clashes, item, held.conflicts[item.id], { ...here, locked, categories: round.categories, focus: () => control.first.focus() });
    sorting?.update(said.answer, locked);
    more.update({ answered: said.answer, wrong: Boolean(element.dataset.wrong), photos, locked });
  }
  return { element, item, update, first: control.first };
}

function heading(item, number_) {
  const words = make("p", { class: "hint chk-law", id: `law-${item.id}`, hidden: true }, item.basis);
  const law = make("button", {
    type: "button", class: "chk-law-b", "aria-expanded": "false", "aria-controls": words.id,
    onclick: () => {
      words.hidden = !words.hidden;
      law.setAttribute("aria-expanded", String(!words.hidden));
    },
  }, say("basis"));
  return make("div", { class: "chk-h" },
    make("p", { class: "chk-t", id: `name-${item.id}` }, make("b", {}, String(number_)), make("span", {}, item.name)),
    item.basis && law, item.guidance && make("p", { class: "hint" }, item.guidance), words);
}

// Big buttons, one of which holds. A touch is written down before the button shows as chosen.
function choices(item, options, give, look) {
  const name = `in-${item.id}`;
  const inputs = options.map(({ id }) => make("input", { type: "radio", class: "vh", name, value: id }));
  const labels = options.map(({ words, picture, look: own }, index) =>
    make("label", { class: `yn ${own}` }, inputs[index], picture && icon(picture), make("span", {}, words)));
  let stands = "";
  const show = () => {
    for (const [index, { id }] of options.entries()) {
      inputs[index].checked = id === stands;
      labels[index].classList.toggle("is-kept", id === stands);
    }
  };
  const element = make("div", {
    class: look, role: "radiogroup", "aria-labelledby": `name-${item.id}`,
    onchange: async ({ target }) => {
      element.dataset.saving = target.value;
      if (!(await give(target.value))) show();
      delete element.dataset.saving;
    },
  }, labels);
  const update = (value, locked) => {
    stands = value;
    for (const input of inputs) input.disabled = locked;
    show();
  };
  return { element, update, first: inputs[0] };
}

const yesNo = (item, give) =>
  choices(item, YES_NO.map(([id, picture, look]) => ({ id, words: say(id), picture, look })), give, "yns");

const notApplicable = () => ({ id: "na", words: say("na"), look: "yn-na" });

function options(item, give) {
  const offered = item.options.map(({ id, name, wrong }) => ({ id, words: name, look: wrong ? "yn-no" : "yn-ok" }));
  return choices(item, item.decides ? offered : [...offered, notApplicable()], give, "yns is-list");
}

// What is typed is written down while it is typed, a moment after each key, and when the field is left. Emptied, it
// is taken back.
function typed(control, { give, valid }) {
  let dirty = false;
  let stands = "";
  const keep = settled(async () => {
    const value = control.value.trim();
    const fits = value === "" ? stands !== "" : valid(value);
    if (fits && (await give(value))) dirty = dirty && control.value.trim() !== value;
  });
  control.addEventListener("input", () => { dirty = true; keep.soon(); });
  control.addEventListener("change", () => keep.now());
  const update = (value, locked) => {
    stands = value;
    control.readOnly = locked;
    if (!dirty && !keep.waiting) control.value = value;
  };
  const clear = () => {
    dirty = false;
    control.value = "";
  };
  return { update, clear };
}

// Beside a field: that what it asks does not apply, or does after all.
function inapplicable(give, field) {
  const control = button(say("na"), () => {
    field.clear();
    return give(control.getAttribute("aria-pressed") === "true" ? "" : "na");
  }, { look: "chk-na", picture: "ring" });
  return (value, locked) => {
    control.setAttribute("aria-pressed", String(value === "na"));
    control.disabled = locked;
    return control;
  };
}

function numeric(item, give) {
  const id = `in-${item.id}`;
  const control = make("input", { class: "in is-number", id, inputmode: "decimal", autocomplete: "off",
    "aria-labelledby": `name-${item.id} unit-${item.id}`, "aria-describedby": `limits-${item.id}` });
  const limits = make("p", { class: "hint", id: `limits-${item.id}` });
  const plain = (value) => value.replaceAll("，", "").replaceAll("。", ".").normalize("NFKC").replaceAll(",", "");
  const valid = (value) => NUMBER.test(plain(value));
  const field = typed(control, { give: (value) => give(plain(value)), valid });
  const na = inapplicable(give, field);
  const tell = () => {
    const value = plain(control.value.trim());
    const bad = value !== "" && !valid(value);
    control.setAttribute("aria-invalid", String(bad));
    limits.textContent = bad ? say("not_a_number") : limitsOf(item, value);
  };
  control.addEventListener("input", tell);
  const element = make("div", { class: "chk-n" }, control,
    make("span", { class: "measure", id: `unit-${item.id}` }, item.unit ?? ""), na("", false), limits);
  return {
    element, first: control,
    update: (value, locked) => {
      na(value, locked);
      field.update(value === "na" ? "" : value, locked);
      tell();
    },
  };
}

function limitsOf(item, value) {
  const low = hasBound(item.min);
  const high = hasBound(item.max);
  if (!low && !high) return "";
  const both = Number(item.min) === Number(item.max) ? "exactly" : "between";
  const range = say(low && high ? both : low ? "at_least" : "at_most", item);
  return value !== "" && isWrong(item, value) ? say("outside", { range }) : range;
}

function worded(item, give) {
  const control = make("textarea", { class: "in", rows: 2, "aria-labelledby": `name-${item.id}` });
  const field = typed(control, { give, valid: () => true });
  const na = inapplicable(give, field);
  return {
    element: make("div", { class: "chk-w" }, control, na("", false)), first: control,
    update: (value, locked) => {
      na(value, locked);
      field.update(value === "na" ? "" : value, locked);
    },
  };
}

const CONTROLS = { yes_no: yesNo, choice: options, number: numeric, text: worded };

// A sentence beside the answer.
function remarkOf(item, give) {
  const control = make("textarea", { class: "in", rows: 1, id: `note-${item.id}`, placeholder: say("note_like") });
  const field = typed(control, { give, valid: () => true });
  const label = make("label", { class: "in-l", for: control.id }, say("note"), make("span", { class: "vh" }, item.name));
  const why = item.decides && make("p", { class: "hint" }, say("told_first"));
  const update = (words, locked, wrong) => {
    field.update(words, locked);
    if (why) why.hidden = !wrong || Boolean(words);
  };
  return { element: make("div", { class: "chk-note" }, label, control, why), control, update };
}

// What a problem with the item is put down as, where its checklist does not say.
function sortingOf(item, round, give) {
  const id = `sort-${item.id}`;
  const none = make("option", { value: "" }, say("choose_category"));
  const control = make("select", { class: "in", id, "aria-describedby": `${id}-why` }, none,
    round.categories.map(({ id: value, name }) => make("option", { value }, name)));
  const why = make("p", { class: "hint chk-sort-why", id: `${id}-why` }, say("category_first"));
  const label = make("label", { class: "in-l", for: id }, say("category_of"), make("span", { class: "vh" }, item.name));
  const show = (answered) => {
    control.value = categoryOf(round, answered);
    none.hidden = Boolean(control.value);
    why.hidden = Boolean(control.value);
    control.setAttribute("aria-invalid", String(!control.value));
  };
  let stands = null;
  control.addEventListener("change", async () => (await give(control.value)) || show(stands));
  const update = (answered, locked) => {
    stands = answered;
    control.disabled = locked;
    show(answered);
  };
  return { element: make("div", { class: "chk-sort" }, label, control, why), update };
}

// Photo and sentence: open where there is a problem, else behind quiet buttons once there is an answer.
function moreOf(remark, strip, sorting, asksForPhoto) {
  let opened = false;
  const write = button(say("write_note"), () => {
    opened = true;
    remark.element.hidden = false;
    write.hidden = true;
    remark.control.focus();
  }, { picture: "pen", look: "is-quiet" });
  const element = make("div", { class: "chk-more" }, sorting?.element, remark.element, strip.element, write);
  const update = ({ answered, wrong, photos, locked }) => {
    const inHand = opened || document.activeElement === remark.control;
    const speaks = Boolean(answered) && (wrong || inHand || Boolean(answered.note));
    element.hidden = !answered && !asksForPhoto && !photos;
    element.classList.toggle("is-bad", wrong);
    element.classList.toggle("is-quiet", !wrong && !photos);
    if (sorting) sorting.element.hidden = !wrong;
    remark.element.hidden = !speaks;
    write.hidden = speaks || !answered || locked;
  };
  return { element, update };
}

// 随手拍: a problem that is no item's. Photos are kept as they are taken, words while they are typed; nothing is lost
// when the sheet is left half filled.
import { ask, button, cross, make, meta, say, settled } from "./onsite-make.js";
import { kept } from "./onsite-faults.js";
import { photoStrip } from "./onsite-photos.js";
import { drop, noteDown } from "./onsite-queue.js";
import { draft, setDraft } from "./onsite-store.js";

const control = (tag, name, rest, ...children) =>
  make(tag, { class: "in", id: `snap-${name}`, name, ...rest }, ...children);
const select = (name, choices) =>
  control("select", name, {}, choices.map(({ id, name: words }) => make("option", { value: id }, words)));
const field = (id, words, given) => make("div", { class: "in-f" }, make("label", { for: id }, words), given);

function formOf(round, strip) {
  const words = control("textarea", "words", { rows: 3, required: true, maxlength: 2000 });
  const place = control("input", "place", { maxlength: 200, autocomplete: "off" });
  place.value = round.place ?? "";
  return make("form", { class: "in-form", id: "snap-form" },
    strip.element, field("snap-words", say("snap_words"), words),
    field("snap-category", say("category"), select("category", round.categories)),
    field("snap-severity", say("severity"), select("severity", round.severities)),
    field("snap-place", say("place"), place));
}

const bodyOf = (form) => Object.fromEntries(new FormData(form));

function fill(form, body) {
  for (const [name, value] of Object.entries(body ?? {})) if (form.elements[name]) form.elements[name].value = value;
}

// The sheet of one round. `state` is updated by the page.
export function snapSheet(round, { person, number }) {
  const strip = photoStrip({ person, number, item: "" });
  const form = formOf(round, strip);
  const keep = settled(() => kept(() => setDraft(person, number, "note", bodyOf(form))));
  const close = button(say("close"), () => dialog.close(), { look: "is-quiet", picture: "x" });
  const keepIt = make("button", { class: "btn is-main is-big", form: "snap-form" }, say("snap_keep"));
  const dialog = make("dialog", { class: "in-sheet", "aria-labelledby": "snap-h" },
    make("div", { class: "in-sheet-h" }, make("h2", { id: "snap-h" }, say("snap")), close),
    make("p", { class: "hint" }, say("snap_hint")), form,
    make("div", { class: "in-sheet-f" }, keepIt));
  form.addEventListener("input", () => keep.soon());
  dialog.addEventListener("close", () => keep.now());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await keep.now();
    const body = bodyOf(form);
    if (!(await kept(() => noteDown(person, number, { item: "", ...body, words: body.words.trim() })))) return;
    form.reset();
    form.elements.place.value = round.place ?? "";
    dialog.close();
  });
  return {
    element: dialog,
    update: ({ held, thumbs, locked }) => strip.update({ photos: held.photos, thumbs, locked }),
    async open() {
      fill(form, await draft(person, number, "note"));
      dialog.showModal();
    },
  };
}

// What was noted so far, at the end of the round.
export function notedList(round, { person, number }) {
  const strip = photoStrip({ person, number, item: "" });
  const list = make("ul", { class: "in-noted" });
  strip.add.hidden = true;
  const heading = make("h2", { class: "in-part-h" }, say("noted"));
  const element = make("section", { class: "in-part", hidden: true }, heading, list, strip.list);
  const nameIn = (choices, id) => choices.find((one) => one.id === id)?.name ?? id;
  const row = (one, locked) => {
    const away = async () => {
      if (await ask(say("drop_note"), say("drop"), { grave: true })) await kept(() => drop(person, number, one.op));
    };
    return make("li", {}, make("p", {}, one.words),
      meta(nameIn(round.categories, one.category), nameIn(round.severities, one.severity), one.place),
      !locked && cross(say("drop_of", { words: one.words }), away));
  };
  let shown = "";
  const update = ({ held, thumbs, locked }) => {
    const photos = strip.update({ photos: held.photos, thumbs, locked });
    strip.add.hidden = true;
    element.hidden = !held.noted.length && !photos;
    const now = JSON.stringify([held.noted, locked]);
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...held.noted.map((one) => row(one, locked)));
  };
  return { element, update };
}

// One round: its items part by part, an overview to jump by, and the two buttons at hand.
import { button, icon, make, meta, note, say } from "./onsite-make.js";
import { itemOf } from "./onsite-item.js";
import { about, placeOf, progress } from "./onsite-list.js";
import { loaded } from "./onsite-loaded.js";
import { refusedBox } from "./onsite-refused.js";
import { notedList, snapSheet } from "./onsite-snap.js";
import { isOpen, itemsOf, stateOf, tally } from "./onsite-standing.js";

function partsOf(round, place) {
  let number = 0;
  const items = [];
  const sections = round.checklist.parts.map((part) => {
    const mine = part.items.map((item) => itemOf(item, (number += 1), place, round));
    items.push(...mine);
    return make("section", { class: "in-part" }, make("h2", { class: "in-part-h" }, part.name),
      make("ol", { class: "chks" }, mine.map(({ element }) => element)));
  });
  return { sections, items };
}

// A square for each item: how it stands, and a way to it.
function overview(round, jump) {
  const link = (item, index) => make("a", {
    class: "in-sq", href: `#/${round.number}/${item.id}`,
    onclick: (event) => {
      event.preventDefault();
      jump(item.id);
    },
  }, String(index + 1));
  const links = itemsOf(round).map(link);
  const element = make("nav", { class: "in-over", "aria-label": say("overview") }, links);
  const update = (held) => {
    for (const [index, item] of itemsOf(round).entries()) {
      const state = stateOf(item, held);
      links[index].dataset.state = state;
      const words = say("item_state", { n: index + 1, name: item.name, state: say(`item_${state}`) });
      links[index].setAttribute("aria-label", words);
    }
  };
  return { element, update };
}

function goTo(found) {
  if (!found) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  found.element.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  found.first.focus({ preventScroll: true });
}

// The first open item after the one in hand, or else the first of all.
function nextOf(items, held) {
  const here = items.findIndex(({ element }) => element.contains(document.activeElement));
  const isDue = ({ item }) => ["open", "clash"].includes(stateOf(item, held));
  return items.slice(here + 1).find(isDue) ?? items.find(isDue);
}

function locking({ round, held }) {
  if (!isOpen(round)) return note("is-good", "check2", make("p", {}, say(`over_${round.state}`)));
  return held.finishing ? note("is-good", "save", make("p", {}, say("leaving_short"))) : null;
}

// The way to the end, or to what came of it.
function finishLink(number) {
  const words = make("span");
  const element = make("a", { class: "btn is-big", href: `#/${number}/finish` }, icon("flag"), words);
  return { element, update: (locked) => { words.textContent = say(locked ? "look_through" : "finish_see"); } };
}

function nextWords(found, locked) {
  if (locked) return say("look_through");
  return say(found.open.length || found.clash.length ? "next" : "to_finish");
}

function headOf(round) {
  const { inspectors, checklist, because, kind } = round;
  const hint = (words) => words && make("p", { class: "hint" }, words);
  const why = make("p", { class: "in-because" }, icon("auto"), make("span", {}, say("because", { why: because })));
  return make("details", { class: "in-about" }, make("summary", {}, checklist.name),
    make("p", {}, about(round)), kind === "visit" && why,
    inspectors.length > 1 && meta(say("together", { names: inspectors.join("、") })),
    hint(checklist.about), hint(say("photo_rule")));
}

// The closed finding that is looked at again: what was found, and what was done about it.
function againOf({ number, lines }) {
  const told = lines.flatMap(({ name, words }) => [make("dt", {}, name), make("dd", {}, words)]);
  return make("section", { class: "in-part in-again", "aria-labelledby": "again-h" },
    make("h2", { class: "in-part-h", id: "again-h" }, say("again_h", { number })), make("dl", { class: "kv" }, told));
}

export async function roundPage(root, { person, number, item }) {
  const place = { person, number };
  let state = await loaded(person, number);
  if (!state) return null;
  const { round } = state;
  const { sections, items } = partsOf(round, place);
  const jump = (id) => goTo(items.find((one) => one.item.id === id));
  const over = overview(round, jump);
  const sheet = snapSheet(round, place);
  const noted = notedList(round, place);
  const refused = refusedBox(person);
  const end = finishLink(number);
  const bar = make("div", { class: "in-prog" });
  const told = make("div");
  const next = button(say("next"), () => {
    const found = nextOf(items, state.held);
    if (found && !state.locked) goTo(found);
    else location.hash = `#/${number}/finish`;
  }, { look: "is-main is-big" });
  const snap = button(say("snap"), () => sheet.open(), { look: "is-big", picture: "cam" });
  root.replaceChildren(
    make("h1", { class: "vh", tabindex: -1 }, say("round_h", { place: placeOf(round) })),
    make("div", { class: "in-side" }, bar, over.element, headOf(round)),
    make("div", { class: "in-items" }, told, refused.element, ...(round.again ? [againOf(round.again)] : []), ...sections, noted.element,
      make("div", { class: "in-last" }, end.element)),
    make("div", { class: "in-foot" }, snap, next), sheet.element);

  function show() {
    const found = tally(round, state.held);
    bar.replaceChildren(progress(found));
    over.update(state.held);
    told.replaceChildren(...[locking(state)].filter(Boolean));
    refused.update(state);
    for (const one of items) one.update(state);
    noted.update(state);
    sheet.update(state);
    end.update(state.locked);
    snap.hidden = state.locked;
    next.replaceChildren(nextWords(found, state.locked));
  }
  show();
  jump(item);
  return {
    title: placeOf(round), meta: about(round), back: "#/",
    async update() {
      state = (await loaded(person, number)) ?? state;
      show();
    },
    jump,
  };
}

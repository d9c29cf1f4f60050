// 查完: what is left, what was found, what the other side says, and the end.
import { ask, button, make, note, say } from "./onsite-make.js";
import { wordsOf } from "./onsite-conflict.js";
import { kept } from "./onsite-faults.js";
import { finish, goOn } from "./onsite-queue.js";
import { placeOf } from "./onsite-list.js";
import { loaded } from "./onsite-loaded.js";
import { statementBox } from "./onsite-statement.js";
import { isOpen, tally } from "./onsite-standing.js";

function figures(found, held) {
  const of = (name, { length }, look = "") =>
    make("div", { class: look }, make("dt", {}, say(name)), make("dd", {}, String(length)));
  return make("dl", { class: "in-sum" },
    of("yes", found.right, "is-ok"), of("no", found.wrong), of("na", found.na),
    of("open", found.open, found.open.length ? "is-open" : ""), of("noted", held.noted), of("photos", held.photos));
}

function links(title, items, number, told) {
  if (!items.length) return null;
  return make("section", { class: "in-part" }, make("h2", { class: "in-part-h" }, title),
    make("ul", { class: "in-links" }, items.map((item) =>
      make("li", {}, make("a", { href: `#/${number}/${item.id}` }, item.name), told && told(item)))));
}

const answerOf = (held) => (item) => {
  const { value, note: words } = held.answers[item.id];
  return make("span", { class: "meta" }, [wordsOf(item, value), words].filter(Boolean).join("："));
};

const answered = ({ right, wrong, na }) => [...wrong, ...right, ...na];

function reason(found) {
  if (found.clash.length) return say("clash_first", { n: found.clash.length });
  if (found.open.length) return say("open_first", { n: found.open.length });
  if (found.untold.length) return say("untold_first");
  return found.unsorted.length ? say("unsorted_first", { n: found.unsorted.length }) : "";
}

// What becomes of the finding that is looked at again.
function outcomeOf({ number }, { wrong }) {
  return say(wrong.some(({ decides }) => decides) ? "finish_back" : "finish_good", { number });
}

function questionOf(round, found, held) {
  const wrong = held.noted.length + (round.again ? 0 : found.wrong.length);
  if (!wrong && round.again) return say("finish_ask_plain");
  return say(wrong ? "finish_ask" : "finish_ask_none", { wrong });
}

function end({ round, held, found, place, now }) {
  if (!isOpen(round)) return note("is-good", "check2", make("p", {}, say(`over_${round.state}`)));
  if (held.finishing) {
    const back = button(say("go_on"), () => kept(() => goOn(place.person, place.number)));
    return note("is-good", "save", make("p", {}, say("leaving")), !held.finishing.tried && back);
  }
  const why = reason(found);
  const go = button(say("finish"), async () => {
    const question = [round.again && outcomeOf(round.again, found), questionOf(round, found, held)];
    if (!(await ask(question.filter(Boolean).join("\n"), say("finish"), { grave: true }))) return;
    if (await kept(() => finish(place.person, place.number))) now();
  }, { look: "is-main is-big", disabled: Boolean(why), "aria-describedby": why && "finish-why" });
  return make("div", { class: "in-end" }, go, why && make("p", { id: "finish-why", class: "hint" }, why));
}

export async function finishPage(root, { person, number, now }) {
  const place = { person, number };
  const first = await loaded(person, number);
  if (!first) return null;
  const box = first.round.kind === "visit" ? await statementBox(place) : null;
  const top = make("div");
  const foot = make("div");
  const heading = make("h1", { class: "in-h1", tabindex: -1 }, say("finish_h"));
  root.replaceChildren(heading, top, ...(box ? [box.element] : []), foot);
  async function update() {
    const state = await loaded(person, number);
    if (!state) return;
    const { round, held } = state;
    const found = tally(round, held);
    top.replaceChildren(...[
      !round.again && figures(found, held),
      links(say("clashes"), found.clash, number), links(say("still_open"), found.open, number),
      links(say("untold"), found.untold, number), links(say("unsorted"), found.unsorted, number),
      round.again ? links(say("again_h", round.again), answered(found), number, answerOf(held))
        : links(say("problems"), found.wrong, number, answerOf(held)),
    ].filter(Boolean));
    box?.update(state);
    foot.replaceChildren(end({ round, held, found, place, now }));
  }
  await update();
  return { title: placeOf(first.round), meta: say("finish_h"), back: `#/${number}`, update };
}

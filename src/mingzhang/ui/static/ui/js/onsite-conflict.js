// Two phones answered one item differently: both answers are shown with who gave them, and one is chosen.
import { button, clock, icon, make, meta, say } from "./onsite-make.js";
import { kept } from "./onsite-faults.js";
import { answer } from "./onsite-queue.js";

export function wordsOf(item, value) {
  if (value === "na") return say("na");
  if (item.answer === "choice") return item.options.find(({ id }) => id === value)?.name ?? value;
  if (["yes", "no"].includes(value)) return say(value);
  return item.answer === "number" ? `${value}${item.unit ?? ""}` : value;
}

export function clash(element, item, answers, { person, number, locked, categories, focus }) {
  element.hidden = !answers;
  const now = JSON.stringify([answers, locked]);
  if (element.dataset.shown === now) return;
  element.dataset.shown = now;
  element.replaceChildren();
  if (!answers) return;
  const row = (one) => {
    const words = wordsOf(item, one.value);
    const label = say("take_this_of", { words, by: one.by });
    const take = async () => {
      if (await kept(() => answer(person, number, item.id, one))) focus();
    };
    return make("li", {},
      make("p", {}, make("b", {}, words), one.note ? `：${one.note}` : ""),
      meta(categories.find(({ id }) => id === one.category)?.name, say("said_by_at", { by: one.by, at: clock(one.at) })),
      !locked && button(say("take_this"), take, { look: "is-big", "aria-label": label }));
  };
  element.append(
    make("p", { class: "chk-clash-t" }, icon("warn"), make("span", {}, say("clash"))),
    make("ul", {}, answers.map(row)));
}

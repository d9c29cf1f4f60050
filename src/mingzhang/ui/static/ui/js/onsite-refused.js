// What the server did not take: kept here with the reason, to be copied as text, saved as a picture, and thrown away
// by the person alone.
import { ask, button, clock, icon, make, say } from "./onsite-make.js";
import { kept } from "./onsite-faults.js";
import { wordsOf } from "./onsite-conflict.js";
import { forget, retry } from "./onsite-queue.js";
import { itemsOf } from "./onsite-standing.js";

const WORDS = {
  answer(round, { item, value, note }) {
    const found = itemsOf(round).find(({ id }) => id === item);
    return [found?.name ?? item, found ? wordsOf(found, value) : value, note];
  },
  note: (_round, { words, place }) => [say("snap"), words, place],
  photo: (round, { item }) => [say("photo"), itemsOf(round).find(({ id }) => id === item)?.name ?? say("snap")],
  drop: () => [say("drop")],
  statement: (_round, { words, said_by }) => [say("statement"), said_by, words],
  finish: () => [say("finish")],
};

const sayOp = (round, { do: doing, body }) => WORDS[doing](round, body).filter(Boolean).join("，");

const asText = (round, row) => `${clock(row.at)} ${round.unit} ${sayOp(round, row)}（${row.refused}）`;

async function copy(text, control) {
  try {
    await navigator.clipboard.writeText(text);
    control.textContent = say("copied");
  } catch {
    const field = make("textarea", { class: "in in-copy", readonly: true, rows: 3, "aria-label": say("copy_by_hand") });
    field.value = text;
    control.replaceWith(field);
    field.select();
  }
}

function line(round, row, { person, blob }) {
  const away = async () => {
    if (await ask(say("forget_ask"), say("forget"), { grave: true })) await kept(() => forget(person, row.seq));
  };
  const take = button(say("copy"), () => copy(asText(round, row), take), { picture: "copy" });
  const again = button(say("retry"), () => kept(() => retry(person, row.seq)));
  const href = blob && URL.createObjectURL(blob);
  const file = blob && make("a", { class: "btn", href, download: `${row.op}.jpg` }, icon("dl"), say("save_photo"));
  return make("li", { "data-op": row.op },
    make("p", {}, sayOp(round, row)),
    make("p", { class: "hint" }, say("refused_why", { why: row.refused, at: clock(row.at) })),
    make("div", { class: "row" }, take, file, again, button(say("forget"), away, { look: "is-quiet" })));
}

export function refusedBox(person) {
  const element = make("section", { class: "in-refused", hidden: true, "aria-labelledby": "refused-h" });
  let shown = "";
  const update = ({ round, rows, blobs }) => {
    const mine = rows.filter(({ refused }) => refused);
    const now = JSON.stringify(mine);
    element.hidden = !mine.length;
    if (now === shown) return;
    shown = now;
    element.replaceChildren(
      make("h2", { id: "refused-h" }, icon("warn"), say("refused_n", { n: mine.length })),
      make("p", { class: "hint" }, say("refused_hint")),
      make("ul", {}, mine.map((row) => line(round, row, { person, blob: blobs.get(row.op) }))));
  };
  return { element, update };
}

// Saying something: each becomes an operation of its own, written down here before anything else happens. What the
// sender has not taken up yet is written over; what it has taken up may have arrived, and is followed by another.
import { asked, newId, opsOf, roundOf, write } from "./onsite-store.js";
import { before, isOpen, mayState, standing } from "./onsite-standing.js";

let heard = () => {};
export const onSaid = (listener) => { heard = listener; };

export class Closed extends Error {}

async function said(person, number, stores, work, { ending = false, may = isOpen } = {}) {
  await write(["rounds", "ops", ...stores], async (tx) => {
    const round = await roundOf(tx, person, number);
    const rows = await opsOf(tx, person, number);
    if (!round || !may(round)) throw new Closed();
    const held = standing(round, rows);
    if (held.finishing && !ending) throw new Closed();
    await work(tx, { rows, held });
  });
  heard();
}

const row = (person, round, doing, body, op = newId()) =>
  ({ op, person, round, do: doing, at: new Date().toISOString(), body, tried: false, refused: "" });
const put = (tx, one) => asked(tx.objectStore("ops").put(one));
const fresh = ({ tried, refused }) => !tried && !refused;

const isSame = (one, other) =>
  one?.value === other.value && one.note === other.note && (one.category ?? "") === other.category;

export function answer(person, number, item, { value, note, category = "" }) {
  return said(person, number, [], (tx, { rows, held }) => {
    const last = rows.filter((one) => one.do === "answer" && one.body.item === item).at(-1);
    const stands = held.answers[item];
    if (isSame(stands, { value, note, category }) && !held.conflicts[item]) return null;
    if (last && fresh(last) && !held.conflicts[item]) {
      return put(tx, { ...last, at: new Date().toISOString(), body: { ...last.body, value, note, category } });
    }
    return put(tx, row(person, number, "answer", { item, value, note, category, before: before(held, item) }));
  });
}

// A problem that is no item's; the draft of it is thrown away in the same moment.
export function noteDown(person, number, body) {
  return said(person, number, ["drafts"], async (tx) => {
    await put(tx, row(person, number, "note", body));
    await asked(tx.objectStore("drafts").delete([person, number, "note"]));
  });
}

export function state(person, number, body) {
  return said(person, number, ["drafts"], async (tx, { rows }) => {
    const last = rows.filter((one) => one.do === "statement").at(-1);
    await put(tx, last && fresh(last) ? { ...last, body } : row(person, number, "statement", body));
    await asked(tx.objectStore("drafts").delete([person, number, "statement"]));
  }, { ending: true, may: mayState });
}

export function photo(person, number, item, { blob, thumb }) {
  return said(person, number, ["photos"], async (tx) => {
    const one = row(person, number, "photo", { item });
    await asked(tx.objectStore("photos").put({ op: one.op, person, round: number, blob, thumb }));
    await put(tx, one);
  });
}

// Takes a photo or a note away again: what never left the phone goes from it; what may have left is withdrawn.
export function drop(person, number, what) {
  return said(person, number, ["photos"], async (tx, { rows }) => {
    const said_ = rows.find(({ op }) => op === what);
    if (!said_ || !fresh(said_)) return put(tx, row(person, number, "drop", { what }));
    await asked(tx.objectStore("ops").delete(said_.seq));
    return asked(tx.objectStore("photos").delete(what));
  });
}

export function finish(person, number) {
  const end = (tx, { held }) => held.finishing ?? put(tx, row(person, number, "finish", {}));
  return said(person, number, [], end, { ending: true });
}

// Goes on after all, as long as the server cannot have heard of the end.
export function goOn(person, number) {
  const undo = (tx, { rows }) => {
    const end = rows.find((one) => one.do === "finish" && fresh(one));
    return end && asked(tx.objectStore("ops").delete(end.seq));
  };
  return said(person, number, [], undo, { ending: true });
}

// What was refused is sent once more.
export async function retry(person, seq) {
  await write(["ops"], async (tx) => {
    const one = await asked(tx.objectStore("ops").get(seq));
    if (one?.person === person) await put(tx, { ...one, refused: "" });
  });
  heard();
}

// What was refused is thrown away by the person alone, who has read why.
export async function forget(person, seq) {
  await write(["ops", "photos"], async (tx) => {
    const one = await asked(tx.objectStore("ops").get(seq));
    if (one?.person !== person || !one.refused) return;
    await asked(tx.objectStore("ops").delete(seq));
    if (one.do === "photo") await asked(tx.objectStore("photos").delete(one.op));
  });
  heard();
}

// What the sender takes out of the store, and how what the server says of it is written back. Words go before photos,
// which may take long; then what is taken away again; the end of a round last, when nothing of it was refused.
import { asked, opsOf, write } from "./onsite-store.js";

const MOST = 200; // operations in one request
const LARGEST = 400_000; // bytes of them
const KEPT_DAYS = 7; // a finished round stays so long
const PHASES = { answer: 0, note: 0, statement: 0, photo: 1, drop: 2, finish: 3 };
const DAY = 24 * 3600 * 1000;

function batchOf(rows) {
  const phase = Math.min(...rows.map((row) => PHASES[row.do]));
  const due = rows.filter((row) => PHASES[row.do] === phase);
  if (phase === PHASES.photo || phase === PHASES.finish) return due.slice(0, 1);
  let size = 0;
  return due.slice(0, MOST).filter((row, index) => {
    size += JSON.stringify(row.body).length * 3 + 200;
    return index === 0 || size < LARGEST;
  });
}

const refuse = (tx, row, why) => asked(tx.objectStore("ops").put({ ...row, refused: why }));

// The next that is to be sent of this person's, marked as possibly sent; null when nothing is left. `skip` holds what
// the server stumbled over a moment ago.
export function take(person, skip, heldBack) {
  return write(["ops", "photos"], async (tx) => {
    const all = await asked(tx.objectStore("ops").index("person").getAll(person));
    const due = all.filter((row) => !row.refused && !skip.has(row.op));
    for (const number of new Set(due.map(({ round }) => round))) {
      const batch = batchOf(due.filter(({ round }) => round === number));
      if (batch[0].do === "finish" && isHeldBack(all, number)) {
        if (all.some((row) => row.round === number && row.refused)) await refuse(tx, batch[0], heldBack);
        continue;
      }
      for (const row of batch) await asked(tx.objectStore("ops").put({ ...row, tried: true }));
      const photo = batch[0].do === "photo" ? await asked(tx.objectStore("photos").get(batch[0].op)) : null;
      return { number, batch, photo };
    }
    return null;
  });
}

const isHeldBack = (all, number) => all.some((row) => row.round === number && row.do !== "finish");

// Writes back what the server said: what arrived goes from the queue, its photos keep a small picture only.
export function settle(person, number, { done, refused, round }) {
  return write(["ops", "photos", "rounds"], async (tx) => {
    for (const op of done) {
      const seq = await asked(tx.objectStore("ops").index("op").getKey(op));
      if (seq !== undefined) await asked(tx.objectStore("ops").delete(seq));
      await lighten(tx, op);
    }
    const why = new Map(refused.map((one) => [one.op, one.why]));
    for (const row of await opsOf(tx, person, number)) {
      if (why.has(row.op)) await refuse(tx, row, why.get(row.op) || "?");
    }
    await keep(tx, person, round);
  });
}

async function lighten(tx, op) {
  const photo = await asked(tx.objectStore("photos").get(op));
  if (photo) await asked(tx.objectStore("photos").put({ ...photo, blob: null }));
}

async function keep(tx, person, round) {
  const store = tx.objectStore("rounds");
  const before = await asked(store.get([person, round.number]));
  const over = ["planned", "begun"].includes(round.state) ? null : before?.over ?? Date.now();
  await asked(store.put({ ...round, person, over }));
}

// All of `rows` were refused for one reason.
export function refuseAll(rows, why) {
  return write(["ops"], async (tx) => {
    for (const row of rows) await refuse(tx, { ...row, tried: true }, why);
  });
}

// What the person takes along now. Rounds that are no longer theirs go, unless something of them waits here.
export function takeAlong({ person, name, at, rounds }) {
  return write(["meta", "ops", "photos", "rounds", "drafts"], async (tx) => {
    await asked(tx.objectStore("meta").put({ key: "person", value: { person, name, at } }));
    for (const round of rounds) await keep(tx, person, round);
    const now = new Set(rounds.map(({ number }) => number));
    await removeWhere(tx, person, ({ number }) => !now.has(number));
  });
}

// What is kept no longer: finished rounds after a week, whether there is a network or not.
export function tidy(person) {
  const limit = Date.now() - KEPT_DAYS * DAY;
  const isPast = ({ over }) => over && over < limit;
  return write(["ops", "photos", "rounds", "drafts"], (tx) => removeWhere(tx, person, isPast));
}

async function removeWhere(tx, person, isPast) {
  for (const round of await asked(tx.objectStore("rounds").index("person").getAll(person))) {
    if (!isPast(round) || (await opsOf(tx, person, round.number)).length) continue;
    const photos = tx.objectStore("photos");
    const keys = await asked(photos.index("round").getAllKeys([person, round.number]));
    for (const key of keys) await asked(photos.delete(key));
    const drafts = IDBKeyRange.bound([person, round.number], [person, round.number, []]);
    await asked(tx.objectStore("drafts").delete(drafts));
    await asked(tx.objectStore("rounds").delete([person, round.number]));
  }
}

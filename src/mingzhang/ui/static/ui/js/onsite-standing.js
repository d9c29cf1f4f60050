// What stands in a round on this phone: what the server told last, and on top of it, in order, what was said here and
// has not arrived. Pure functions.
const APPLY = {
  answer(held, { op, at, body }) {
    const clash = held.conflicts[body.item];
    if (clash && clash.at(-1).op === body.before) delete held.conflicts[body.item];
    held.answers[body.item] = { op, at, value: body.value, note: body.note, category: body.category, waits: true };
  },
  note(held, { op, at, body }) {
    held.noted.push({ op, at, ...body, waits: true });
  },
  photo(held, { op, at, body }) {
    held.photos.push({ op, at, item: body.item, waits: true });
  },
  drop(held, { body }) {
    held.photos = held.photos.filter(({ op }) => op !== body.what);
    held.noted = held.noted.filter(({ op }) => op !== body.what);
  },
  statement(held, { op, at, body }) {
    held.statement = { op, at, ...body, waits: true };
  },
  finish(held, { op, tried }) {
    held.finishing = { op, tried };
  },
};

export function standing(round, rows) {
  const known = new Set([...round.photos, ...round.noted].map(({ op }) => op));
  const held = {
    answers: { ...round.answers },
    conflicts: { ...round.conflicts },
    photos: [...round.photos],
    noted: [...round.noted],
    statement: round.statement,
    finishing: null,
  };
  for (const row of rows) if (!row.refused && !known.has(row.op)) APPLY[row.do](held, row);
  return held;
}

// Whether the inspected party may still be heard.
export const mayState = ({ kind, state }) => kind === "visit" && ["planned", "begun", "finished"].includes(state);

// The operation that an answer of now comes after: the last one that this phone knows of.
export function before(held, item) {
  return held.conflicts[item]?.at(-1).op ?? held.answers[item]?.op ?? null;
}

export const itemsOf = (round) => round.checklist.parts.flatMap((part) => part.items);

export const isOpen = (round) => round.state === "planned" || round.state === "begun";

// Whether an answer shows a problem.
export function isWrong(item, value) {
  if (value === "" || value === "na") return false;
  if (item.answer === "yes_no") return value === "no";
  if (item.answer === "choice") return Boolean(item.options.find(({ id }) => id === value)?.wrong);
  if (item.answer !== "number") return false;
  const given = Number(value);
  return (hasBound(item.min) && given < Number(item.min)) || (hasBound(item.max) && given > Number(item.max));
}

export const hasBound = (bound) => bound !== null && bound !== undefined && bound !== "";

// How an item stands: "open", "clash", "right", "wrong" or "na". An answer that was emptied was taken back.
export function stateOf(item, held) {
  if (held.conflicts[item.id]) return "clash";
  const answer = held.answers[item.id];
  if (!answer?.value) return "open";
  if (answer.value === "na") return "na";
  return isWrong(item, answer.value) ? "wrong" : "right";
}

// What a problem with the item is put down as where its checklist does not say: what was chosen, or else what the
// pack has for the rest. Empty where somebody has yet to choose.
export const categoryOf = (round, answer) => answer?.category || round.otherwise || "";

const isUntold = (item, held) => item.decides && !held.answers[item.id].note;

const isUnsorted = (round, item, held) => item.sorted_on_site && !categoryOf(round, held.answers[item.id])
  && !held.noted.some((one) => one.item === item.id);

export function tally(round, held) {
  const found = { all: 0, open: [], clash: [], right: [], wrong: [], na: [], unsorted: [], untold: [] };
  for (const item of itemsOf(round)) {
    const state = stateOf(item, held);
    found.all += 1;
    found[state].push(item);
    if (state !== "wrong") continue;
    if (isUnsorted(round, item, held)) found.unsorted.push(item);
    if (isUntold(item, held)) found.untold.push(item);
  }
  found.done = found.all - found.open.length;
  return found;
}

// What waits: operations in words, photos, and what was refused.
export function waiting(rows) {
  const found = { words: 0, photos: 0, refused: 0 };
  for (const row of rows) found[row.refused ? "refused" : row.do === "photo" ? "photos" : "words"] += 1;
  return found;
}

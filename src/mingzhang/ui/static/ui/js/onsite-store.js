// What the phone keeps, in IndexedDB. Each row names the person whose it is, and every read asks for one person's:
// two people on one phone never see or send each other's.
//   meta    a device's number, and who was here last
//   rounds  each round as the server told it last
//   ops     what was said and is not known to have arrived, in the order in which it was said
//   photos  their bytes until the server has them, and a small picture of each
//   drafts  what is being typed and not said yet
const NAME = "mingzhang-onsite";
let opening = null;

export const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

function build(database) {
  database.createObjectStore("meta", { keyPath: "key" });
  database.createObjectStore("rounds", { keyPath: ["person", "number"] }).createIndex("person", "person");
  const ops = database.createObjectStore("ops", { keyPath: "seq", autoIncrement: true });
  ops.createIndex("op", "op", { unique: true });
  ops.createIndex("person", "person");
  ops.createIndex("round", ["person", "round"]);
  database.createObjectStore("photos", { keyPath: "op" }).createIndex("round", ["person", "round"]);
  database.createObjectStore("drafts", { keyPath: ["person", "round", "what"] });
}

async function begin() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => build(request.result);
  const database = await asked(request);
  const again = () => { opening = null; };
  database.onversionchange = () => { database.close(); again(); };
  database.onclose = again;
  return database;
}

export function open() {
  opening ??= begin().catch((fault) => {
    opening = null;
    throw fault;
  });
  return opening;
}

async function through(mode, stores, work) {
  const transaction = (await open()).transaction(stores, mode, { durability: "strict" });
  const ended = new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onabort = () => failed(transaction.error ?? new DOMException("", "AbortError"));
  });
  ended.catch(() => {}); // told below, or by what `work` threw
  try {
    const result = await work(transaction);
    await ended;
    return result;
  } catch (fault) {
    try { transaction.abort(); } catch { /* it has ended */ }
    throw fault;
  }
}

// All that `work` writes or nothing of it; done when it lies on the disk. `work` waits for nothing but the store.
export const write = (stores, work) => through("readwrite", stores, work);
export const read = (stores, work) => through("readonly", stores, work);

export const meta = (key) => read(["meta"], async (tx) => (await asked(tx.objectStore("meta").get(key)))?.value);

// The number of this phone, made once.
export async function device() {
  return write(["meta"], async (tx) => {
    const store = tx.objectStore("meta");
    const known = await asked(store.get("device"));
    if (known) return known.value;
    const value = newId();
    await asked(store.put({ key: "device", value }));
    return value;
  });
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

// The transactions' own reads; `tx` spans the store.
export const opsOf = (tx, person, number) => asked(tx.objectStore("ops").index("round").getAll([person, number]));
export const roundOf = (tx, person, number) => asked(tx.objectStore("rounds").get([person, number]));

export const allRounds = (person) =>
  read(["rounds"], (tx) => asked(tx.objectStore("rounds").index("person").getAll(person)));
export const allOps = (person) => read(["ops"], (tx) => asked(tx.objectStore("ops").index("person").getAll(person)));

export const held = (person, number) =>
  read(["rounds", "ops", "photos"], async (tx) => ({
    round: await roundOf(tx, person, number),
    rows: await opsOf(tx, person, number),
    kept: await asked(tx.objectStore("photos").index("round").getAll([person, number])),
  }));

// How many operations of others than `person` wait here. What they say is not looked at.
export const ofOthers = (person) =>
  read(["ops"], async (tx) => {
    const all = await asked(tx.objectStore("ops").count());
    return all - (person ? await asked(tx.objectStore("ops").index("person").count(person)) : 0);
  });

export const draft = (person, round, what) =>
  read(["drafts"], async (tx) => (await asked(tx.objectStore("drafts").get([person, round, what])))?.value);
export const setDraft = (person, round, what, value) =>
  write(["drafts"], (tx) => asked(tx.objectStore("drafts").put({ person, round, what, value })));

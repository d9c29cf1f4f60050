// The sender. It empties the queue whenever it can: a moment after something was said, when the network comes back,
// when the page is looked at again, and, while the server is away, ever more seldom. One tab sends at a time; the same
// operation sent twice changes nothing at the server, so a request whose answer was lost is sent again.
import { get, post, reached } from "./onsite-net.js";
import { refuseAll, settle, take, takeAlong } from "./onsite-answers.js";
import { allOps, device, meta } from "./onsite-store.js";
import { say } from "./onsite-make.js";

const MOMENT = 1500; // after the last touch
const FIRST = 2000; // the first wait after a failure; each next one is twice as long
const LONGEST = 300_000;
const LOOK = 30_000; // how often it is seen whether the server is there
const OLD = 60_000; // what was taken along is asked for anew after so long
export const HIDDEN = "mingzhang.onsite.hidden"; // set by whoever signs out, in any tab

const site = document.body.dataset;
const channel = new BroadcastChannel("mingzhang-onsite");

// `net`: "unknown", "away" or "there". `account`: "unknown", "in", "out", or "step": signed in, but for a second step
// that is set up at `go`.
export const standingOfNet = {
  net: "unknown", account: "unknown", sending: false, switched: false, trouble: false, person: null, go: "",
};

let token = "";
let askedAt = 0;
let failures = 0;
let timer = 0;
let listener = () => {};

function tell(changes = {}) {
  Object.assign(standingOfNet, changes);
  listener();
}

function stored() {
  channel.postMessage("stored");
  listener();
}

const plan = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(pass, wait);
};

const backOff = () => Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 2);

// What the person takes along, a fresh token, and who they are.
async function refresh() {
  const answer = await get(site.rounds);
  if (answer.kind !== "ok") return missed(answer);
  token = answer.data.csrf;
  askedAt = Date.now();
  await takeAlong(answer.data);
  localStorage.removeItem(HIDDEN);
  const switched = standingOfNet.person !== null && standingOfNet.person !== answer.data.person;
  tell({ net: "there", account: "in", person: answer.data.person, switched: switched || standingOfNet.switched });
  stored();
  return true;
}

const OUT = { signed_out: "out", second_step: "step" };

function missed({ kind, go = "" }) {
  if (OUT[kind]) {
    token = "";
    tell({ net: "there", account: OUT[kind], go });
  } else tell({ net: kind === "fault" ? "there" : "away" });
  return false;
}

const address = (pattern, number) => pattern.replace("/0/", `/${number}/`);

async function send({ number, batch, photo }) {
  const person = standingOfNet.person;
  if (batch[0].do !== "photo") {
    const ops = batch.map(({ op, do: doing, at, body }) => ({ op, do: doing, at, ...body }));
    return post(address(site.sync, number), token, { person, device: await device(), ops });
  }
  const [{ op, at, body }] = batch;
  if (!photo?.blob) return { kind: "refused", why: say("photo_lost") };
  const form = new FormData();
  for (const [name, value] of Object.entries({ person, op, at, item: body.item })) form.append(name, value);
  form.append("file", photo.blob, `${op}.jpg`);
  return post(address(site.photos, number), token, form);
}

// What is to be done with an answer. True when the queue may go on.
async function received(answer, taken, skip) {
  const { number, batch } = taken;
  if (answer.kind === "ok") {
    await settle(standingOfNet.person, number, answer.data);
    const told = new Set([...answer.data.done, ...answer.data.refused.map(({ op }) => op)]);
    for (const { op } of batch) if (!told.has(op)) skip.add(op);
    stored();
    return true;
  }
  if (answer.kind === "stale" || answer.kind === "other") return anew(answer, taken, skip);
  if (answer.kind === "refused") return refused(answer, taken, skip);
  if (answer.kind !== "fault") return missed(answer);
  for (const { op } of batch) skip.add(op);
  return true;
}

// An old token, or somebody else's session: who is signed in is asked, and it is tried once more for the same person.
// What is refused in the same way again is refused for what it is.
async function anew(answer, taken, skip) {
  if (taken.again) return refused(answer, taken, skip);
  const person = standingOfNet.person;
  return (await refresh()) && standingOfNet.person === person && sent({ ...taken, again: true }, skip);
}

// One bad operation is not to hold up the others: they are sent one by one. What is refused alone is refused.
async function refused({ why, status }, taken, skip) {
  const { batch } = taken;
  if (batch.length > 1 && status !== 404) {
    for (const one of batch) if (!(await sent({ ...taken, batch: [one] }, skip))) return false;
    return true;
  }
  await refuseAll(batch, why || say(status === 404 ? "round_gone" : "refused_plainly", { status }));
  stored();
  return true;
}

// Nothing goes out for a person but themselves: whoever signed in meanwhile sends their own.
async function sent(taken, skip) {
  const person = standingOfNet.person;
  const answer = await send(taken);
  return standingOfNet.person === person && received(answer, taken, skip);
}

async function empty() {
  const sure = token && standingOfNet.net === "there" && Date.now() - askedAt < OLD;
  if (!sure && !(await refresh())) return false;
  const skip = new Set();
  for (;;) {
    const taken = await take(standingOfNet.person, skip, say("finish_held"));
    if (!taken) {
      tell({ trouble: skip.size > 0 });
      return skip.size === 0;
    }
    tell({ sending: true });
    if (!(await sent(taken, skip))) return false;
  }
}

async function attempt() {
  let done = false;
  try {
    done = await empty();
  } finally {
    tell({ sending: false });
  }
  failures = done ? 0 : failures + 1;
  return done;
}

let running = null;
let wanted = false;

async function pass() {
  clearTimeout(timer);
  running ??= alone(attempt).catch(() => false).finally(() => { running = null; });
  const done = await running;
  const rest = standingOfNet.person ? (await allOps(standingOfNet.person)).some(({ refused }) => !refused) : false;
  if (running) return;
  if (wanted) plan(0);
  else if (!done || rest) plan(done ? MOMENT : backOff());
  wanted = false;
}

const alone = (work) => (navigator.locks ? navigator.locks.request("mingzhang-onsite-send", work) : work());

async function look() {
  if (document.hidden || running) return;
  if (standingOfNet.net === "there" && (await reached(site.worker))) return;
  if (standingOfNet.net === "there") tell({ net: "away" });
  else if (await reached(site.worker)) await now();
}

// Sends at once; what is under way may have begun without a network, and is followed by another.
export function now() {
  failures = 0;
  wanted = running !== null;
  return pass();
}

// Something was said: sent a moment later, so that what follows at once goes along.
export function soon() {
  stored();
  plan(MOMENT);
}

// Somebody may have signed in meanwhile in another tab: who it is, is asked first.
function lookedAt() {
  if (document.hidden) return;
  askedAt = 0;
  now();
}

async function heard() {
  const last = await meta("person");
  if (last && standingOfNet.person && last.person !== standingOfNet.person) lookedAt();
  listener();
}

// Who was here last, and whose page this is until the server says otherwise.
export async function begin(changed) {
  listener = changed;
  channel.onmessage = heard;
  const last = await meta("person");
  standingOfNet.person = last?.person ?? null;
  if (!navigator.onLine) standingOfNet.net = "away";
}

export async function start() {
  addEventListener("online", now);
  addEventListener("offline", () => tell({ net: "away" }));
  document.addEventListener("visibilitychange", lookedAt);
  setInterval(look, LOOK);
  await pass();
}

// My rounds: where to begin, what is half done, what waits. And what this phone keeps.
import { button, clock, icon, keptWords, make, note, say } from "./onsite-make.js";
import { allOps, allRounds, meta, ofOthers } from "./onsite-store.js";
import { isOpen, standing, tally, waiting } from "./onsite-standing.js";
import { isReady } from "./onsite-worker-link.js";

const ORDER = { begun: 0, planned: 1, finished: 2, acknowledged: 3, called_off: 4 };
const CHIPS = {
  planned: ["clock", ""], begun: ["half", "is-soon"], finished: ["check", "is-done"],
  acknowledged: ["check2", "is-done"], called_off: ["x", ""], leaving: ["save", ""],
};

function chip(state) {
  const [picture, look] = CHIPS[state];
  return make("span", { class: `chip ${look}`.trim() }, icon(picture), say(`state_${state}`));
}

// What a round is, under its name: which draw, which check.
export function about(round) {
  const turn = round.kind === "visit" && say("turn", { turn: round.turn, of: round.of });
  return [round.title, turn].filter(Boolean).join("，");
}

export const placeOf = ({ unit, place }) => [unit, place].filter(Boolean).join("");

function stateNow(round, held) {
  if (!isOpen(round)) return round.state;
  if (held.finishing) return "leaving";
  return round.state === "planned" && Object.keys(held.answers).length ? "begun" : round.state;
}

export function progress(found) {
  const bar = make("progress", { max: found.all, value: found.done, "aria-hidden": "true" });
  return make("p", { class: "in-bar" }, bar, make("span", {}, say("progress", found)));
}

function card(round, rows) {
  const mine = rows.filter((row) => row.round === round.number);
  const held = standing(round, mine);
  const found = tally(round, held);
  const { words, photos, refused } = waiting(mine);
  const state = stateNow(round, held);
  return make("li", { class: "in-card" },
    make("a", { href: `#/${round.number}` },
      make("span", { class: "in-card-h" }, make("b", {}, placeOf(round)), chip(state)),
      make("span", { class: "meta" }, about(round)),
      round.kind === "visit" && make("span", { class: "meta" }, round.checklist.name),
      round.again && make("span", { class: "in-card-w" }, round.again.words),
      progress(found),
      words + photos > 0 && make("span", { class: "in-wait" }, icon("save"), keptWords({ words, photos })),
      refused > 0 && make("span", { class: "in-wait is-warn" }, icon("warn"), say("refused_n", { n: refused }))));
}

function empty(net) {
  const known = net.account === "in";
  return make("div", { class: "empty" }, make("h3", {}, say(known ? "none" : "none_yet")),
    make("p", {}, say(known ? "none_hint" : "none_yet_hint")));
}

async function others(person, net) {
  const count = await ofOthers(person);
  if (!count && !net.switched) return null;
  return note("", "user", make("p", {}, count ? say("others", { n: count }) : say("switched")));
}

async function taken(person) {
  const last = await meta("person");
  return last?.person === person ? say("taken_at", { at: clock(last.at) }) : "";
}

// Whose rounds these are.
async function owner(person) {
  const last = await meta("person");
  return last?.person === person ? last.name : "";
}

function ready() {
  const yet = isSecureContext ? ["clock", "not_ready"] : ["warn", "insecure"];
  const [picture, words] = isReady() ? ["check2", "ready"] : yet;
  return make("p", { class: "in-ready" }, icon(picture), make("span", {}, say(words)));
}

async function room() {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return quota ? say("room", { used: Math.ceil(usage / 1e6), free: Math.floor((quota - usage) / 1e6) }) : "";
}

export async function listPage(root, { person, net, now }) {
  const list = make("ul", { class: "in-list" });
  const told = make("div", { class: "in-told" });
  const foot = make("div", { class: "in-know" });
  root.replaceChildren(make("h1", { class: "in-h1", tabindex: -1 }, say("my_rounds")), told, list, foot);
  async function update() {
    const rounds = person ? await allRounds(person) : [];
    const rows = person ? await allOps(person) : [];
    rounds.sort((one, other) => ORDER[one.state] - ORDER[other.state] || one.number - other.number);
    list.replaceChildren(...rounds.map((round) => card(round, rows)));
    told.replaceChildren(...[await others(person, net), !rounds.length && empty(net)].filter(Boolean));
    const hints = [await taken(person), await room()].filter(Boolean).map((words) => make("p", { class: "hint" }, words));
    foot.replaceChildren(ready(), ...hints, button(say("look_anew"), now, { look: "is-quiet" }));
  }
  await update();
  return { title: say("app"), meta: await owner(person), update };
}

// How it stands with what was said: on the phone, on its way, or at the server. One badge, and one sentence.
import { button, icon, keptWords, make, say } from "./onsite-make.js";
import { waiting } from "./onsite-standing.js";
import { isReady } from "./onsite-worker-link.js";

const LOOKS = {
  hidden: ["key", "is-soon"], out: ["key", "is-soon"], step: ["key", "is-soon"], away: ["off", "is-off"], sending: ["up", "is-busy"],
  waits: ["save", ""], refused: ["warn", "is-soon"], all: ["check2", "is-done"], unknown: ["clock", ""],
};

// The name of the state, the gravest first.
export function stateOf({ net, account, sending, hidden }, { words, photos, refused }) {
  if (hidden) return "hidden";
  if (account === "out" || account === "step") return account;
  if (net === "away") return "away";
  if (sending) return "sending";
  if (words + photos) return "waits";
  if (refused) return "refused";
  return net === "there" ? "all" : "unknown";
}

function sentence(state, counts) {
  const { words, photos } = counts;
  if (state === "all" && isSecureContext && !isReady()) return say("not_ready");
  if (state === "hidden") return say("hidden");
  if (!words && !photos) return say(`line_${state}_none`);
  return keptWords(counts) + say(`line_${state}`);
}

let shown = "";

export function showBadge(net, rows, now) {
  const counts = waiting(rows);
  const state = stateOf(net, counts);
  const words = sentence(state, counts) + (net.trouble ? say("trouble") : "");
  if (words + state === shown) return;
  shown = words + state;
  badge(state);
  line(state, words, counts, net, now);
}

function badge(state) {
  const [picture, look] = LOOKS[state];
  const place = document.getElementById("badge");
  place.className = `in-badge ${look}`.trim();
  place.dataset.state = state;
  place.replaceChildren(icon(picture), make("span", {}, say(`badge_${state}`)));
}

function line(state, words, counts, { go }, now) {
  document.getElementById("line").textContent = words;
  const box = document.getElementById("sync");
  box.dataset.state = state;
  box.hidden = state === "hidden";
  const waits = counts.words + counts.photos > 0;
  const act = document.getElementById("sync-act");
  act.replaceChildren();
  if (state === "out") act.append(signIn());
  else if (state === "step") act.append(make("a", { class: "btn", href: go }, say("set_up_step")));
  else if (waits && state !== "sending" && navigator.onLine) act.append(button(say("send_now"), now));
}

export function signIn() {
  const next = encodeURIComponent(location.pathname + location.hash);
  return make("a", { class: "btn", href: `${document.body.dataset.signIn}?next=${next}` }, say("sign_in"));
}

// The on-site page: inspections and self-checks on a phone, with a network or without. What is said here is written
// down on the phone first and sent when that is possible.
import { allOps } from "./onsite-store.js";
import { tidy } from "./onsite-answers.js";
import { showBadge, signIn } from "./onsite-badge.js";
import { finishPage } from "./onsite-finish.js";
import { showFault } from "./onsite-faults.js";
import { listPage } from "./onsite-list.js";
import { icon, make, say } from "./onsite-make.js";
import { onSaid } from "./onsite-queue.js";
import { roundPage } from "./onsite-round.js";
import { linkWorker } from "./onsite-worker-link.js";
import { begin as wake, HIDDEN, now, soon, standingOfNet as net, start } from "./onsite-sync.js";

const root = document.getElementById("main");
let page = null;
let shownFor = "";

// #/ the rounds, #/12 one of them, #/12/finish its end, #/12/item one item.
function route() {
  const [, number, rest = ""] = location.hash.split("/");
  return { number: Number(number) || 0, rest };
}

const isHidden = () => localStorage.getItem(HIDDEN) !== null && net.account !== "in";

function top({ title, meta = "", back = null }) {
  document.getElementById("title").textContent = title;
  document.getElementById("meta").textContent = meta;
  document.title = [title, document.body.dataset.name].join("·");
  const link = document.getElementById("back");
  link.href = back ?? document.body.dataset.home;
  link.setAttribute("aria-label", say(back ? "back" : "leave"));
}

// Somebody signed out on this phone: what waits stays, and is not shown.
async function hiddenPage() {
  const heading = make("h1", { class: "in-h1", tabindex: -1 }, say("hidden"));
  root.replaceChildren(make("div", { class: "empty" }, icon("key"), heading, make("p", {}, say("hidden_hint")), signIn()));
  return { title: say("app"), update: () => {} };
}

async function pageOf({ number, rest }, about) {
  if (isHidden()) return hiddenPage();
  if (!number || !net.person) return listPage(root, about);
  const shown = rest === "finish" ? await finishPage(root, about) : await roundPage(root, { ...about, item: rest });
  if (shown) return shown;
  location.replace("#/");
  return listPage(root, about);
}

async function render({ number, rest }) {
  root.dataset.page = number ? (rest === "finish" ? "finish" : "round") : "list";
  page = await pageOf({ number, rest }, { person: net.person, number, net, now });
  top(page);
  if (rest && rest !== "finish") return;
  scrollTo(0, 0);
  root.querySelector("h1")?.focus({ preventScroll: true });
}

// One look at the store after another; what comes in between is seen by the next.
let looking = null;
let again = false;
let jump = false;

async function refresh() {
  const hidden = isHidden();
  const rows = net.person && !hidden ? await allOps(net.person) : [];
  showBadge({ ...net, hidden }, rows, now);
  const { number, rest } = route();
  const key = [net.person, hidden, number, rest === "finish"].join(" ");
  if (key === shownFor) await page.update();
  else await render({ number, rest });
  shownFor = key;
  if (jump) page.jump?.(rest);
  jump = false;
}

function changed() {
  again = true;
  looking ??= (async () => {
    while (again) {
      again = false;
      await refresh();
    }
  })().catch(showFault).finally(() => { looking = null; });
}

function largeType() {
  const key = "mingzhang.onsite.size";
  const control = document.getElementById("large");
  const show = (large) => {
    if (large) document.documentElement.dataset.size = "large";
    else delete document.documentElement.dataset.size;
    control.setAttribute("aria-pressed", String(large));
  };
  const chosen = localStorage.getItem(key);
  if (chosen) show(chosen === "large");
  control.addEventListener("click", () => {
    const large = document.documentElement.dataset.size !== "large";
    localStorage.setItem(key, large ? "large" : "usual");
    show(large);
  });
}

function tellOfWorker(what) {
  if (what === "newer") document.getElementById("newer").hidden = false;
  else changed();
}

// Asked once something lies here: the browser is not to clear it away when space runs short.
let persisted = false;

function persist() {
  if (persisted) return;
  persisted = true;
  navigator.storage?.persist?.();
}

function signedOutElsewhere({ key, newValue }) {
  if (key !== HIDDEN || newValue === null) return;
  net.account = "out";
  changed();
}

async function begin() {
  largeType();
  document.getElementById("newer").querySelector("button").addEventListener("click", () => location.reload());
  addEventListener("hashchange", () => { jump = true; changed(); });
  addEventListener("storage", signedOutElsewhere);
  onSaid(() => { persist(); soon(); });
  linkWorker(tellOfWorker);
  await wake(changed);
  if (net.person) await tidy(net.person);
  changed();
  await start();
}

begin().catch(showFault);

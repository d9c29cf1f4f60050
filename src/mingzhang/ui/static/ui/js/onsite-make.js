// Words and elements of the on-site page. The sentences stand in the page, in its language; {name} stands for what is
// put in.
const words = Object.fromEntries(
  [...document.getElementById("words").content.querySelectorAll("[data-w]")].map((one) => [one.dataset.w, one.textContent]),
);
const SVG = "http://www.w3.org/2000/svg";
const locale = document.documentElement.lang;
const timeZone = document.body.dataset.zone;

export const say = (name, parts = {}) => words[name].replace(/\{(\w+)\}/g, (_all, part) => parts[part] ?? "");

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

// An element with attributes, listeners (`onclick: …`) and children. What is null, undefined or false is left out.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const button = (words_, onclick, { look = "", picture = null, ...rest } = {}) =>
  make("button", { type: "button", class: `btn ${look}`.trim(), onclick, ...rest }, picture && icon(picture), words_);

export const note = (look, picture, ...children) =>
  make("div", { class: `note ${look}`.trim() }, icon(picture), make("div", { class: "grow" }, ...children));

// A quiet line of what is known; what is not known is left out.
export const meta = (...parts) => make("p", { class: "meta" }, parts.filter(Boolean).join("，"));

// The cross that takes something away.
export const cross = (label, onclick) =>
  make("button", { type: "button", class: "shot-x", "aria-label": label, onclick }, icon("x"));

// How much lies on the phone.
export const keptWords = (counts) =>
  say(counts.words && counts.photos ? "kept_both" : counts.words ? "kept_words" : "kept_photos", counts);

// A time of today as 10:41, any other with its day; as it is where the book is kept, whatever the phone is set to.
export function clock(at) {
  const when = new Date(at);
  const day = (one) => one.toLocaleDateString("en-CA", { timeZone });
  const time = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone };
  const today = day(when) === day(new Date());
  return when.toLocaleString(locale, today ? time : { month: "short", day: "numeric", ...time });
}

let asking = null;

// A question with two answers, in a dialogue of the browser's own: whether it was answered with `verb`.
export function ask(question, verb, { grave = false } = {}) {
  asking?.close();
  return new Promise((answered) => {
    const yes = button(verb, () => dialog.close("yes"), { look: grave ? "is-big is-main" : "is-big" });
    const no = button(say("leave_it"), () => dialog.close("no"), { look: "is-big" });
    const dialog = make("dialog", { class: "in-ask", "aria-labelledby": "asked" },
      make("p", { id: "asked" }, question), make("div", { class: "row" }, no, yes));
    dialog.addEventListener("close", () => {
      dialog.remove();
      asking = null;
      answered(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    asking = dialog;
    dialog.showModal();
  });
}

// Calls `work` when nothing was said for a moment, and at once when the page is put away.
export function settled(work, wait = 300) {
  let timer = 0;
  const now = () => {
    if (!timer) return Promise.resolve();
    clearTimeout(timer);
    timer = 0;
    return work();
  };
  const hide = () => document.visibilityState === "hidden" && now();
  document.addEventListener("visibilitychange", hide);
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(now, wait);
    },
    now,
    get waiting() {
      return timer !== 0;
    },
  };
}

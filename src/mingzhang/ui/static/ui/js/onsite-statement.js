// What the inspected party says of it, taken down before them on the inspector's phone: by their post, not their name.
import { button, clock, make, meta, say, settled } from "./onsite-make.js";
import { kept } from "./onsite-faults.js";
import { state } from "./onsite-queue.js";
import { draft, setDraft } from "./onsite-store.js";
import { mayState } from "./onsite-standing.js";

const AGREES = [["yes", true], ["no", false], ["", null]];
const codeOf = (agrees) => AGREES.find(([, value]) => value === (agrees ?? null))[0];

const agreesWords = (code) => say(`agrees_${code || "open"}`);

function radio([value]) {
  const input = make("input", { type: "radio", name: "agrees", value, checked: value === "" });
  return make("label", { class: "opt" }, input, agreesWords(value));
}

function formOf() {
  const by = { class: "in", id: "st-by", name: "said_by", required: true, maxlength: 100, autocomplete: "off" };
  return make("form", { class: "in-form" },
    make("div", { class: "in-f" }, make("label", { for: "st-by" }, say("said_by")),
      make("input", { ...by, "aria-describedby": "st-by-h" }),
      make("p", { class: "hint", id: "st-by-h" }, say("said_by_hint"))),
    make("fieldset", { class: "in-f" },
      make("legend", {}, say("agrees")), make("div", { class: "row" }, AGREES.map(radio))),
    make("div", { class: "in-f" }, make("label", { for: "st-words" }, say("statement_words")),
      make("textarea", { class: "in", id: "st-words", name: "words", rows: 3, maxlength: 4000 })),
    make("div", { class: "row" }, make("button", { class: "btn is-big" }, say("statement_keep"))));
}

const bodyOf = (form) => {
  const { said_by, agrees, words } = Object.fromEntries(new FormData(form));
  return { said_by: said_by.trim(), words: words.trim(), agrees: AGREES.find(([code]) => code === agrees)[1] };
};

function fill(form, body) {
  if (!body) return;
  form.elements.said_by.value = body.said_by ?? "";
  form.elements.words.value = body.words ?? "";
  form.elements.agrees.value = codeOf(body.agrees);
}

const shownOf = (told) => [
  make("p", {},
    make("b", {}, told.said_by), "：", agreesWords(codeOf(told.agrees)), told.words ? `。${told.words}` : ""),
  meta(clock(told.at), say(told.waits ? "on_phone" : "arrived")),
];

export async function statementBox({ person, number }) {
  const form = formOf();
  const told = make("div", { class: "in-said" });
  const change = button(say("change"), () => show(true), { look: "is-quiet" });
  const after = make("p", { class: "hint", hidden: true }, say("statement_after"));
  const element = make("section", { class: "in-part" },
    make("h2", { class: "in-part-h" }, say("statement")), make("p", { class: "hint" }, say("statement_hint")), after, told,
    change, form);
  const keep = settled(() => kept(() => setDraft(person, number, "statement", bodyOf(form))));
  let editing = false;
  let last = null;
  let shut = false;

  function show(edit) {
    editing = edit && !shut;
    if (editing && last) fill(form, last);
    form.hidden = shut || (Boolean(last) && !editing);
    told.hidden = !last || editing;
    change.hidden = !last || editing || shut;
  }
  form.addEventListener("input", () => keep.soon());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await keep.now();
    if (await kept(() => state(person, number, bodyOf(form)))) editing = false;
  });
  fill(form, await draft(person, number, "statement"));
  const update = ({ round, held }) => {
    last = held.statement;
    shut = !mayState(round);
    after.hidden = round.state !== "finished" || Boolean(last);
    told.replaceChildren(...(last ? shownOf(last) : []));
    show(editing);
  };
  return { element, update };
}

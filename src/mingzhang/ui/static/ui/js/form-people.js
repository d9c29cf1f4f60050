// Who took part. The server reads one text, 陈一禾（chen）、何站长（he）、另3人, which is kept, pasted and sent like any
// other. Here it is shown as names that can be taken out one by one, a box to look for the next, and a number of others.
const SEPARATOR = "、";
const CODE = /[（(][^（）()]+[）)]$/;
const OTHERS = /^(?:另[有外]?|其他(?:人员)?|其余|and) *(\d{1,9}) *(?:人|名|位|others?)?$|^(\d{1,9}) *(?:人|名|位|others?)$/i;

export const piecesOf = (text) => text.split(/[、,，;；\n\r\t]/).map((piece) => piece.trim()).filter(Boolean);

// The number of others that a piece gives, or null when it names somebody.
function othersIn(piece) {
  const found = piece.normalize("NFKC").match(OTHERS);
  return found && String(Number(found[1] ?? found[2]));
}

export const isOthers = (piece) => othersIn(piece) !== null;

export function watchPeople(form, { say, pickers, onChange }) {
  const controls = [...form.querySelectorAll("[data-people]")].map((text) => people(text, { say, pickers, onChange }));
  const render = () => controls.forEach((control) => control.render());
  // A browser that comes back to the page puts texts back on its own.
  window.addEventListener("pageshow", render);
  return { render };
}

function people(text, { say, pickers, onChange }) {
  const box = document.getElementById("people-control").content.firstElementChild.cloneNode(true);
  const blank = document.getElementById("people-one").content.firstElementChild;
  const list = box.querySelector("ul");
  const search = box.querySelector("[data-search]");
  const others = box.querySelector(".people-others input");
  const count = box.querySelector("output");
  const said = box.querySelector(".people-said");

  const chips = () => [...list.children];
  const pieces = () => chips().map((chip) => chip.dataset.piece);
  const othersPiece = () => {
    const number = others.value.trim();
    return number && !/^0+$/.test(number.normalize("NFKC")) ? [`另${number}人`] : [];
  };
  const all = () => [...pieces(), ...piecesOf(search.value), ...othersPiece()].join(SEPARATOR);

  // The label, the summary of errors and the explanations lead to the box that is typed into.
  function takeOver() {
    list.setAttribute("aria-label", say("people_list", { name: text.labels[0].firstElementChild.textContent }));
    search.id = text.id;
    text.removeAttribute("id");
    search.dataset.find = text.dataset.people;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (text.hasAttribute(name)) search.setAttribute(name, text.getAttribute(name));
    }
    text.hidden = true;
    text.after(box);
  }

  function add(piece) {
    const name = piece.replace(CODE, "");
    const known = name !== piece;
    if (pieces().includes(piece)) {
      said.textContent = say("people_twice", { name });
      return;
    }
    const chip = blank.cloneNode(true);
    chip.dataset.piece = piece;
    chip.classList.toggle("is-unknown", !known);
    const namesake = pieces().some((other) => other.replace(CODE, "") === name);
    chip.querySelector("span").textContent = namesake ? piece : name;
    chip.title = known ? piece : say("people_unknown", { name });
    chip.querySelector("button").setAttribute("aria-label", say("people_remove", { name }));
    list.append(chip);
    list.hidden = false;
    list.scrollTop = list.scrollHeight;
    said.textContent = known ? "" : chip.title;
  }

  // One piece of a text: others are a number, everybody else stands in the list.
  function take(piece) {
    if (isOthers(piece)) others.value = othersIn(piece);
    else add(piece);
  }

  function show() {
    list.hidden = !list.children.length;
    const number = others.value.normalize("NFKC").trim();
    const total = list.children.length + (/^\d+$/.test(number) ? Number(number) : 0);
    count.textContent = total ? say("people_count", { n: total.toLocaleString() }) : "";
  }

  // What is not chosen yet belongs to the text, too: nothing typed is lost.
  function write() {
    text.value = all();
    show();
    onChange();
  }

  function render() {
    if (text.value === all()) return show();
    list.replaceChildren();
    search.value = "";
    others.value = "";
    piecesOf(text.value).forEach(take);
    said.textContent = "";
    return show();
  }

  // A list that was pasted or typed: each name that is one person's is completed, the others stay marked.
  async function takeAll(given) {
    search.value = "";
    for (const piece of given) {
      const clear = CODE.test(piece) || isOthers(piece);
      take(clear ? piece : (await pickers.only(search, piece)) ?? piece);
    }
    write();
  }

  // One name and Enter: if it is nobody's, or several people's, it stays to be gone on with.
  async function takeTyped() {
    const typed = search.value.trim();
    const [piece] = piecesOf(typed);
    const found = CODE.test(piece) || isOthers(piece) ? piece : await pickers.only(search, piece);
    if (search.value.trim() !== typed) return;
    if (found) takeAll([found]);
    else said.textContent = say("people_unknown", { name: piece });
  }

  function remove(chip) {
    const next = chip.nextElementSibling || chip.previousElementSibling;
    chip.remove();
    said.textContent = "";
    write();
    (next?.querySelector("button") ?? search).focus();
  }

  function step(chip, key) {
    const next = key === "ArrowLeft" ? chip.previousElementSibling : chip.nextElementSibling;
    (next?.querySelector("button") ?? (key === "ArrowRight" ? search : null))?.focus();
  }

  list.addEventListener("click", (event) => {
    const chip = event.target.closest("button")?.closest("li");
    if (chip) remove(chip);
  });
  list.addEventListener("keydown", (event) => {
    const chip = event.target.closest("li");
    if (event.key === "Backspace" || event.key === "Delete") remove(chip);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") step(chip, event.key);
    else return;
    event.preventDefault();
  });
  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Backspace" && !search.value) chips().at(-1)?.querySelector("button").focus();
    else if (event.key === "Enter" && piecesOf(search.value).length) takeTyped();
    else return;
    event.preventDefault();
  });
  search.addEventListener("input", (event) => {
    said.textContent = "";
    if (!event.isComposing && /[、,，;；]/.test(search.value)) takeAll(piecesOf(search.value));
    else write();
  });
  search.addEventListener("paste", (event) => {
    const given = piecesOf(event.clipboardData?.getData("text/plain") ?? "");
    if (given.length < 2) return;
    event.preventDefault();
    takeAll(given);
  });
  // Chosen from the list, or completed when the box was left.
  search.addEventListener("change", () => {
    const typed = search.value.trim();
    if (CODE.test(typed) || isOthers(typed)) takeAll([typed]);
    else write();
  });
  others.addEventListener("input", write);

  takeOver();
  render();
  return { render };
}

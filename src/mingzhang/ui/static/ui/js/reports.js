// Editing a block of a report: the textarea with its [[3]] tokens becomes an editor in which every number is a chip
// that can be moved or deleted whole but not typed in. What is sent is the textarea, kept in step.
const TOKEN = /\[\[[^\]]*\]\]/g;

function chip(token, text) {
  const made = document.createElement("span");
  made.className = "ed-n";
  made.contentEditable = "false";
  made.dataset.token = token;
  made.textContent = text;
  return made;
}

function filled(box, text, known) {
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    box.append(text.slice(at, found.index), chip(found[0], known.get(found[0]) ?? found[0]));
    at = found.index + found[0].length;
  }
  box.append(text.slice(at));
}

function written(node) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.dataset?.token) text += child.dataset.token;
    else text += (child.nodeName === "BR" ? "\n" : written(child));
  }
  return text;
}

function insertAtCaret(box, node) {
  const selection = getSelection();
  const range = selection.rangeCount && box.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
  if (range) {
    range.deleteContents();
    range.insertNode(node);
    range.collapse(false);
  } else box.append(node);
}

function insertFigure(form, box) {
  const field = form.querySelector("[data-figure]");
  const id = field.value.split(" ")[0];
  const option = [...form.querySelectorAll("datalist option")].find((one) => one.value === field.value);
  if (!option) {
    field.focus();
    return;
  }
  const token = `[[+${id} ${form.querySelector("[data-form]").value} ${form.querySelector("[data-shift]").value}]]`;
  insertAtCaret(box, chip(token, option.dataset.text));
  field.value = "";
  box.dispatchEvent(new Event("input"));
}

function start(form) {
  const source = form.querySelector("[data-source]");
  form.dataset.started = "";
  if (!source) return;
  const known = new Map([...form.querySelectorAll("[data-chips] [data-token]")].map((one) => [one.dataset.token, one.dataset.text]));
  const box = document.createElement("div");
  box.className = "ed-box";
  box.contentEditable = "true";
  box.setAttribute("role", "textbox");
  box.setAttribute("aria-multiline", "true");
  box.setAttribute("aria-label", form.querySelector(`label[for="${source.id}"]`).textContent);
  filled(box, source.value, known);
  source.hidden = true;
  source.after(box);
  for (const plain of form.querySelectorAll("[data-plain], [data-chips]")) plain.hidden = true;
  box.addEventListener("input", () => { source.value = written(box); });
  box.addEventListener("paste", (event) => {
    event.preventDefault();
    insertAtCaret(box, document.createTextNode(event.clipboardData.getData("text/plain")));
    box.dispatchEvent(new Event("input"));
  });
  const insert = form.querySelector("[data-insert]");
  insert.hidden = false;
  insert.addEventListener("mousedown", (event) => event.preventDefault());
  insert.addEventListener("click", () => insertFigure(form, box));
  box.focus();
}

function startAll() {
  for (const form of document.querySelectorAll("[data-editor]:not([data-started])")) start(form);
}

// The caret of the editor is lost when the search field takes the focus: remember it.
let caret = null;
document.addEventListener("selectionchange", () => {
  const node = getSelection().anchorNode;
  const box = (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest(".ed-box");
  if (box) caret = { box, range: getSelection().getRangeAt(0).cloneRange() };
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-insert]") || !caret) return;
  getSelection().removeAllRanges();
  getSelection().addRange(caret.range);
}, true);

// Words that are selected when a remark is begun are quoted with it.
document.addEventListener("click", (event) => {
  const say = event.target.closest(".blk-say > summary");
  if (!say) return;
  const chosen = getSelection().toString().trim().slice(0, 60);
  say.parentElement.querySelector("[data-quote]").value = chosen;
});

// A decision is sent once.
document.addEventListener("submit", (event) => {
  if (!("once" in event.target.dataset)) return;
  if ("sent" in event.target.dataset) event.preventDefault();
  event.target.dataset.sent = "";
});

// Numbers typed by hand open beside the text, too.
for (const link of document.querySelectorAll('.gw a.ty[href^="/"]')) {
  link.setAttribute("hx-get", link.getAttribute("href"));
  link.setAttribute("hx-target", "#panel");
  window.htmx.process(link);
}

document.addEventListener("htmx:afterSwap", startAll);
startAll();

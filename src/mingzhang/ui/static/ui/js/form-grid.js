// Repeating tables: typed into and pasted into like a spreadsheet. Enter goes down and adds a row at the end, the arrows
// go from cell to cell, Tab goes on. Rows pasted from a spreadsheet go by the names of their columns when the first of
// them names columns, else in order. What a cell cannot read stays in it, marked.
const HALF = (text) => text.normalize("NFKC").trim();

const cellsOf = (row) => [...row.querySelectorAll("td:not(.row-acts)")];
const controlOf = (cell) => cell.querySelector("input, select, textarea");
const valueOf = (cell) => [...cell.querySelectorAll("input, select, textarea")]
  .map((one) => (one.type === "checkbox" ? (one.checked ? one.value : "") : one.value.trim()))
  .join("");
const isBlank = (row) => cellsOf(row).every((cell) => !valueOf(cell));

// Lines of cells from what a spreadsheet puts on the clipboard; a cell with line breaks stands in quotes.
export function parseTable(text) {
  const lines = [[""]];
  let quoted = false;
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at];
    const line = lines.at(-1);
    if (quoted) {
      if (sign === '"' && clean[at + 1] === '"') line[line.length - 1] += clean[(at += 1)];
      else if (sign === '"') quoted = false;
      else line[line.length - 1] += sign;
    } else if (sign === '"' && line.at(-1) === "") quoted = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") lines.push([""]);
    else line[line.length - 1] += sign;
  }
  return lines.map((line) => line.map((cell) => cell.trim()));
}

// 2026年3月7日, 2026/3/7, 2026.3.7, also with full-width digits or a time of day behind → 2026-03-07; null otherwise.
export function readDay(text) {
  const found = HALF(text).match(/^(\d{4})(?:-|\/|\.|年)(\d{1,2})(?:-|\/|\.|月)(\d{1,2})[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$/);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.toISOString().slice(0, 10);
}

// 1,234 and １２３４ → the digits alone; null otherwise.
export function readNumber(text) {
  const plain = HALF(text);
  return /^[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : null;
}

// For each pasted column the place of the table's column it goes to, or -1. `names` are the table's columns.
export function columnsOf(first, names, start) {
  const plain = names.map(HALF);
  const matched = first.map((cell) => plain.indexOf(HALF(cell)));
  const hits = matched.filter((place) => place >= 0).length;
  const named = hits >= 2 || (hits === 1 && first.length === 1);
  return named ? { named, places: matched } : { named, places: first.map((_cell, nth) => start + nth) };
}

export function watchGrids(form, { say, onChange }) {
  for (const grid of form.querySelectorAll("[data-grid]")) watchGrid(grid, { say, onChange });
}

function watchGrid(grid, { say, onChange }) {
  const body = grid.querySelector("tbody");
  const blank = grid.querySelector("template").content.querySelector("tr");
  const most = Number(grid.dataset.most);
  const note = grid.querySelector(".paste-note");
  const names = [...blank.querySelectorAll("td[data-l]")].map((cell) => cell.dataset.l);
  const rows = () => [...body.rows];

  // Names and numbers follow the order of the rows.
  function renumber() {
    rows().forEach((row, nth) => {
      row.querySelector(".row-n").textContent = nth + 1;
      const stem = `rows.${grid.dataset.grid}.${nth}.`;
      for (const control of row.querySelectorAll("[name]")) {
        control.name = stem + control.name.split(".").at(-1);
        if (control.id) control.id = `f-${control.name.replaceAll(".", "-")}`;
      }
      for (const cell of row.querySelectorAll("[data-needs]")) {
        cell.dataset.needs = stem + cell.dataset.needs.split(".").at(-1);
      }
    });
  }

  function addRow(before = null) {
    if (rows().length >= most) return null;
    const row = blank.cloneNode(true);
    body.insertBefore(row, before);
    renumber();
    return row;
  }

  // A row starts with the defaults once something is written into it.
  function begin(row) {
    if (row.dataset.begun || !isBlank(row)) return;
    row.dataset.begun = "yes";
    for (const control of row.querySelectorAll("[data-default]")) {
      if (!control.value) control.value = control.dataset.default;
    }
  }

  function spare() {
    if (!rows().length || !isBlank(rows().at(-1))) addRow();
  }

  function mark(cell, text) {
    const control = controlOf(cell);
    cell.classList.toggle("is-bad", Boolean(text));
    cell.querySelector(".err")?.remove();
    if (!text) return control.removeAttribute("aria-invalid");
    control.setAttribute("aria-invalid", "true");
    const said = document.createElement("p");
    said.className = "err";
    said.textContent = text;
    cell.append(said);
    return undefined;
  }

  function put(cell, text) {
    const control = controlOf(cell);
    mark(cell, "");
    if (!text) return true;
    if (control.type === "checkbox") return putMany(cell, text);
    if (control.matches("select")) return putChoice(cell, control, text);
    if (control.matches(".is-number")) return putRead(cell, control, text, readNumber(text), "not_number");
    if (control.dataset.day !== undefined) return putRead(cell, control, text, readDay(text), "not_day");
    control.value = text;
    if (control.dataset.find) control.dispatchEvent(new CustomEvent("settle", { bubbles: true }));
    return true;
  }

  function putRead(cell, control, text, read, wrong) {
    control.value = read ?? text;
    if (read === null) mark(cell, say(wrong));
    return read !== null;
  }

  function putChoice(cell, control, text) {
    const wanted = [...control.options].find((one) => HALF(one.textContent) === HALF(text) || one.value === text);
    if (wanted?.value) {
      control.value = wanted.value;
      return true;
    }
    control.add(new Option(text, text, false, true));
    mark(cell, say("not_choice", { text }));
    return false;
  }

  function putMany(cell, text) {
    const wanted = text.split(/[、,，;；]/).map(HALF).filter(Boolean);
    for (const box of cell.querySelectorAll("input")) {
      const at = wanted.indexOf(HALF(box.parentElement.textContent));
      box.checked = at >= 0;
      if (at >= 0) wanted.splice(at, 1);
    }
    if (wanted.length) mark(cell, say("not_choice", { text: wanted.join("、") }));
    return !wanted.length;
  }

  function paste(text, cell) {
    const lines = parseTable(text);
    const row = cell.closest("tr");
    const start = cellsOf(row).indexOf(cell);
    const { named, places } = columnsOf(lines[0], names, start);
    const data = (named ? lines.slice(1) : lines).filter((line) => line.some(Boolean));
    let target = row;
    let done = 0;
    let wrong = 0;
    for (const line of data) {
      const free = target && places.every((place) => !cellsOf(target)[place] || !valueOf(cellsOf(target)[place]));
      const into = free ? target : addRow(target);
      if (!into) break;
      begin(into);
      line.forEach((value, nth) => {
        const place = cellsOf(into)[places[nth]];
        if (place && !put(place, value)) wrong += 1;
      });
      done += 1;
      target = into.nextElementSibling || addRow();
    }
    spare();
    const extra = named ? places.filter((place) => place < 0).length : Math.max(0, start + lines[0].length - names.length);
    report(done, wrong, data.length - done, extra);
    onChange();
  }

  function report(done, wrong, left, extra) {
    const said = [say("pasted", { rows: done })];
    if (wrong) said.push(say("wrong_cells", { n: wrong }));
    if (left) said.push(say("too_many", { most, n: left }));
    if (extra) said.push(say("extra_columns", { n: extra }));
    note.textContent = said.join("");
    note.hidden = false;
  }

  function go(cell, down, along) {
    const row = cell.closest("tr");
    const place = cellsOf(row).indexOf(cell) + along;
    let next = row;
    if (down > 0) next = row.nextElementSibling || (isBlank(row) ? null : addRow());
    if (down < 0) next = row.previousElementSibling;
    const control = next && cellsOf(next)[place] && controlOf(cellsOf(next)[place]);
    control?.focus();
    if (control?.matches("input:not([type=checkbox])")) control.select();
    return Boolean(control);
  }

  function pressed(event) {
    const cell = event.target.closest("td:not(.row-acts)");
    if (!cell || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const control = event.target;
    const text = control.matches("input:not([type=checkbox])");
    const all = text && control.selectionStart === 0 && control.selectionEnd === control.value.length;
    const atStart = text && (all || (control.selectionStart === 0 && control.selectionEnd === 0));
    const atEnd = text && (all || control.selectionStart === control.value.length);
    let moved = false;
    if (event.key === "Enter" && !control.matches("textarea")) moved = go(cell, event.shiftKey ? -1 : 1, 0) || true;
    else if (event.key === "ArrowDown" && text) moved = go(cell, 1, 0);
    else if (event.key === "ArrowUp" && text) moved = go(cell, -1, 0);
    else if (event.key === "ArrowLeft" && atStart) moved = go(cell, 0, -1);
    else if (event.key === "ArrowRight" && atEnd) moved = go(cell, 0, 1);
    if (moved) event.preventDefault();
  }

  function clicked(event) {
    const button = event.target.closest("[data-row]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tr");
    if (button.dataset.row === "add") (addRow() || rows().at(-1)).querySelector("input, select")?.focus();
    if (button.dataset.row === "remove") remove(row);
    if (button.dataset.row === "copy") copy(row);
    onChange();
  }

  function remove(row) {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    renumber();
    spare();
    (next || rows()[0])?.querySelector("input, select")?.focus();
  }

  function copy(row) {
    const added = addRow(row.nextElementSibling);
    if (!added) return;
    const from = row.querySelectorAll("[name]");
    added.querySelectorAll("[name]").forEach((control, nth) => {
      if (control.type === "checkbox") control.checked = from[nth].checked;
      else control.value = from[nth].value;
    });
    added.querySelector("input, select")?.focus();
  }

  grid.addEventListener("keydown", pressed);
  grid.addEventListener("click", clicked);
  grid.addEventListener("beforeinput", (event) => {
    const row = event.target.closest("tbody tr");
    if (row) begin(row);
  });
  grid.addEventListener("input", (event) => {
    const cell = event.target.closest("td");
    if (cell) mark(cell, "");
    spare();
  });
  grid.addEventListener("change", spare);
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const cell = event.target.closest("td:not(.row-acts)");
    if (!cell || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    event.stopPropagation();
    paste(text, cell);
  });
  // A kept copy may have more rows than the page.
  grid.closest("form").addEventListener("rows-needed", (event) => {
    const stem = `rows.${grid.dataset.grid}.`;
    const numbers = event.detail.filter((name) => name.startsWith(stem)).map((name) => Number(name.split(".")[2]));
    while (rows().length <= Math.max(-1, ...numbers) && addRow());
  });
  // Without this module two rows are kept ready; with it one is enough.
  while (rows().length > 1 && isBlank(rows().at(-1)) && isBlank(rows().at(-2))) rows().at(-1).remove();
  renumber();
}

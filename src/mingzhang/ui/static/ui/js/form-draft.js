// Keeping what is typed. Every change is written into this browser at once and sent to the server a moment later. If
// the network or the session is gone it stays here, and goes when they are back. Kept by person and sheet, so that two
// people at one computer never get each other's words.
const WAIT = 800; // after the last key
const HEARTBEAT = 30_000;
const AGAIN = 5_000; // when the server could not be reached

const ours = (name) => name.startsWith("data.") || name.startsWith("rows.") || name === "occurred_on" || name === "unit";

// Rows in which nothing stands are left out, and the others counted from 0, as the server writes them.
export function entriesOf(form) {
  const all = [...new FormData(form).entries()].filter(([name, value]) => ours(name) && typeof value === "string");
  const rowOf = (name) => name.startsWith("rows.") && name.split(".").slice(0, 3).join(".");
  const filled = new Set(all.filter(([name, value]) => rowOf(name) && value.trim()).map(([name]) => rowOf(name)));
  const counted = {};
  const renamed = new Map([...filled].map((row) => {
    const table = row.split(".")[1];
    counted[table] = (counted[table] ?? -1) + 1;
    return [row, `rows.${table}.${counted[table]}`];
  }));
  return all
    .filter(([name]) => !rowOf(name) || filled.has(rowOf(name)))
    .map(([name, value]) => [rowOf(name) ? name.replace(rowOf(name), renamed.get(rowOf(name))) : name, value]);
}

export function watchDraft(form, { say, onRestore }) {
  const status = document.getElementById("saved");
  const stored = document.getElementById("stored"); // of a new sheet, at its head
  const local = document.getElementById("local");
  const others = document.getElementById("others");
  const key = () => `mingzhang.sheet.${form.dataset.person}.${form.dataset.subject}`;
  let timer = 0;
  let sending = false;
  let sent = JSON.stringify(entriesOf(form)); // what the server has
  let leaving = false;

  function show(state, text, action) {
    status.dataset.state = state;
    status.replaceChildren(text);
    if (action) status.append(" ", action);
  }

  function sayKept(at) {
    show("kept", say("both", { at }));
    if (stored) stored.textContent = say("stored", { at });
  }

  function remember(delivered = false) {
    try {
      const kept = { at: Date.now(), delivered, entries: entriesOf(form) };
      localStorage.setItem(key(), JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing, or whose store is full: then the server alone has it.
    }
  }

  const forget = () => localStorage.removeItem(key());

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(key()));
    } catch {
      return null;
    }
  }

  function token(value) {
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = value;
  }

  async function post(body) {
    return fetch(form.dataset.autosave, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify(body),
    });
  }

  function signIn() {
    const link = document.createElement("a");
    link.href = "/sign-in/";
    link.target = "_blank";
    link.textContent = say("sign_in");
    return link;
  }

  // Somebody signed in again, in another window: a fresh token, if it is the same person.
  async function renewed() {
    const answer = await fetch(form.dataset.autosave, { redirect: "manual" });
    if (!answer.ok) {
      show("waiting", say("signed_out"), signIn());
      return false;
    }
    const { person, token: fresh } = await answer.json();
    if (String(person) !== form.dataset.person) {
      show("waiting", say("other_person"));
      return false;
    }
    token(fresh);
    return true;
  }

  function tell(answer) {
    const newer = answer.version > Number(form.elements.version.value);
    others.hidden = !answer.others.length && !newer;
    const text = newer ? say("newer") : say("others", { names: answer.others.join("、") });
    others.querySelector("span").textContent = text;
  }

  async function send(entries) {
    const body = { subject: form.dataset.subject, version: Number(form.elements.version.value), entries };
    let answer = await post(body);
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      if (!(await renewed())) return false;
      answer = await post(body);
    }
    if (answer.type === "opaqueredirect") {
      show("waiting", say("signed_out"), signIn());
      return false;
    }
    if (!answer.ok) {
      const { said = "", remedy = "" } = await answer.json().catch(() => ({}));
      show("waiting", say("refused", { why: said + remedy }));
      return answer.status < 500; // asked again only when that may help
    }
    const told = await answer.json();
    tell(told);
    if (entries) sayKept(told.saved);
    return true;
  }

  async function flush() {
    clearTimeout(timer);
    if (sending || leaving) return;
    const now = entriesOf(form);
    const text = JSON.stringify(now);
    if (text === sent) return;
    sending = true;
    let done = false;
    try {
      done = await send(now);
      if (done) sent = text;
      if (done && JSON.stringify(entriesOf(form)) === sent) remember(true);
    } catch {
      show("offline", say("offline"));
    }
    sending = false;
    if (JSON.stringify(entriesOf(form)) !== sent) timer = setTimeout(flush, done ? WAIT : AGAIN);
  }

  function touch() {
    remember();
    clearTimeout(timer);
    timer = setTimeout(flush, WAIT);
  }

  async function beat() {
    if (document.hidden || leaving || sending) return;
    if (JSON.stringify(entriesOf(form)) !== sent) return flush();
    if (form.dataset.subject.startsWith("record:")) await send(null).catch(() => show("offline", say("offline")));
  }

  // Puts kept texts back into the controls; rows that are not there yet are asked for.
  function restore(entries) {
    const byName = group(entries);
    form.dispatchEvent(new CustomEvent("rows-needed", { detail: [...byName.keys()] }));
    for (const control of form.elements) {
      if (!control.name || !ours(control.name)) continue;
      const values = (byName.get(control.name) || []).map(([, value]) => value);
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else if (values.length || control.name.startsWith("rows.")) control.value = values.at(-1) ?? "";
    }
    onRestore();
    touch();
  }

  function offer() {
    const kept = remembered();
    if (!kept || kept.delivered || JSON.stringify(kept.entries) === sent) return;
    const at = new Date(kept.at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    local.hidden = false;
    local.querySelector("[data-say]").textContent = say("local", { at });
  }

  local.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-local]")?.dataset.local;
    if (!choice) return;
    const kept = remembered();
    local.hidden = true;
    if (choice === "take" && kept) restore(kept.entries);
    else forget();
  });

  // Handing in needs the network and a session: both are tried first, so that no page of the browser's own takes the
  // place of what was typed.
  async function submitted(event) {
    if (form.dataset.ready) return;
    event.preventDefault();
    const button = event.submitter;
    remember();
    if (form.dataset.uploading > 0) {
      show("waiting", say("wait_files", { n: form.dataset.uploading }));
      return;
    }
    try {
      if (!(await renewed())) return;
    } catch {
      show("offline", say("not_sent"));
      return;
    }
    leaving = true;
    clearTimeout(timer);
    if (button?.value === "forget" || button?.value === "keep" || button?.value === "submit") {
      sessionStorage.setItem("mingzhang.sheet.sent", key());
    }
    if (button?.value === "forget") forget();
    form.dataset.ready = "yes";
    form.requestSubmit(button);
  }

  form.addEventListener("submit", submitted);
  form.addEventListener("input", (event) => {
    if (event.target.name && ours(event.target.name)) touch();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name && ours(event.target.name)) touch();
  });
  window.addEventListener("online", flush);
  window.addEventListener("offline", () => show("offline", say("offline")));
  window.addEventListener("focus", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && JSON.stringify(entriesOf(form)) !== sent) remember();
    else flush();
  });
  // Back from the page after: the form is taken from the browser's memory as it was.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      delete form.dataset.ready;
      leaving = false;
    }
  });
  setInterval(beat, HEARTBEAT);
  if (!navigator.onLine) show("offline", say("offline"));
  else show("fresh", say("fresh"));
  offer();

  return {
    touch,
    flush,
    renewed,
    // A new sheet became a draft because a file was put to it.
    becomes({ saved, subject, version, edit, files }) {
      forget();
      form.dataset.subject = subject;
      form.dataset.files = files;
      form.dataset.begin = "";
      form.action = edit;
      form.elements.version.value = version;
      history.replaceState(history.state, "", edit);
      sayKept(saved);
      touch();
    },
  };
}

function group(entries) {
  const byName = new Map();
  for (const entry of entries) byName.set(entry[0], [...(byName.get(entry[0]) || []), entry]);
  return byName;
}

// Evidence: dropped, pasted, chosen or photographed, many at once; each file goes up by itself with its progress, and can
// be tried again or given up. A new sheet becomes a draft when its first file comes.
const AT_ONCE = 2;

export function watchFiles(form, { say, draft }) {
  const place = document.getElementById("files");
  if (!place) return;
  const uploads = form.querySelector(".uploads");
  const waiting = [];
  let running = 0;
  let beginning = null;

  const token = () => form.elements.csrfmiddlewaretoken.value;
  const count = () => {
    form.dataset.uploading = waiting.length + running;
  };

  // The record to put files to: made of what stands in the form if there is none yet.
  async function record() {
    if (!form.dataset.begin) return "";
    beginning ??= begin().finally(() => {
      beginning = null;
    });
    return beginning;
  }

  async function begin() {
    const body = new FormData(form);
    body.delete("files");
    const answer = await fetch(form.dataset.begin, { method: "POST", body, redirect: "manual" });
    const told = answer.ok || answer.status === 422 ? await answer.json() : {};
    if (!answer.ok) return told.said ? told.said + (told.remedy ?? "") : say("failed");
    draft.becomes(told);
    return "";
  }

  function line(file) {
    const row = document.createElement("div");
    row.className = "upload";
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const said = document.createElement("span");
    said.className = "meta";
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "btn is-quiet";
    stop.textContent = say("cancel");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn";
    again.textContent = say("retry");
    again.hidden = true;
    row.append(name, bar, said, again, stop);
    uploads.append(row);
    return { row, bar, said, stop, again };
  }

  function add(files) {
    for (const file of files) {
      const job = { file, ...line(file), request: null, gone: false };
      job.stop.addEventListener("click", () => {
        job.gone = true;
        job.request?.abort();
        job.row.remove();
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        count();
      });
      job.again.addEventListener("click", () => {
        job.again.hidden = true;
        job.row.classList.remove("is-bad");
        waiting.push(job);
        next();
      });
      waiting.push(job);
    }
    next();
  }

  function next() {
    count();
    while (running < AT_ONCE && waiting.length) run(waiting.shift());
  }

  async function run(job) {
    running += 1;
    count();
    const trouble = await attempt(job).catch(() => say("failed"));
    running -= 1;
    if (trouble === "" || job.gone) job.row.remove();
    else fail(job, trouble);
    next();
  }

  async function attempt(job) {
    const trouble = await record();
    if (trouble || job.gone) return trouble;
    let answer = await send(job);
    if (!answer.json && (answer.status === 403 || answer.status === 200) && (await draft.renewed())) {
      answer = await send(job);
    }
    if (answer.status === 200 && answer.json) {
      show(answer.json);
      return "";
    }
    if (answer.status === 413) return say("too_big");
    return answer.json?.said ? answer.json.said + answer.json.remedy : say("failed");
  }

  function send(job) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("file", job.file, job.file.name);
      job.request = request;
      request.open("POST", form.dataset.files);
      request.setRequestHeader("X-CSRFToken", token());
      request.upload.addEventListener("progress", (event) => {
        const part = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
        job.bar.value = part;
        job.said.textContent = part < 100 ? say("uploading", { n: part }) : say("checking");
      });
      request.addEventListener("load", () => resolve({ status: request.status, json: read(request.responseText) }));
      request.addEventListener("error", () => reject(new Error("network")));
      request.addEventListener("abort", () => resolve({ status: 0, json: null }));
      request.send(body);
    });
  }

  function fail(job, text) {
    job.row.classList.add("is-bad");
    job.said.textContent = text;
    job.again.hidden = false;
  }

  // The files as the server shows them; what is being typed about them stays.
  function show({ html, files }) {
    const typed = new Map(
      [...place.querySelectorAll("input[name]:not([type=file])")]
        .filter((one) => one.value !== one.defaultValue)
        .map((one) => [one.name, one.value]),
    );
    const focused = document.activeElement?.name;
    place.innerHTML = html;
    for (const one of place.querySelectorAll("input[name]:not([type=file])")) {
      if (typed.has(one.name)) one.value = typed.get(one.name);
      if (focused && one.name === focused) one.focus();
    }
    window.htmx?.process(place);
    for (const select of form.querySelectorAll("select[data-files]")) offer(select, files);
  }

  function offer(select, files) {
    const chosen = select.value;
    const [none] = select.options;
    select.replaceChildren(none, ...files.map(([id, name]) => new Option(name, id, false, id === chosen)));
  }

  async function change(id, parts) {
    const body = new FormData();
    for (const [name, value] of Object.entries(parts)) body.append(name, value);
    const address = id === null ? form.dataset.files : `${form.dataset.files}${id}/`;
    const ask = () => fetch(address, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": token() } });
    let answer = await ask();
    if ((answer.type === "opaqueredirect" || answer.status === 403) && (await draft.renewed())) answer = await ask();
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) show(told);
    else complain(told.said ? told.said + told.remedy : say("failed"));
  }

  function complain(text) {
    const said = document.createElement("p");
    said.className = "err";
    said.textContent = text;
    uploads.replaceChildren(...uploads.querySelectorAll(".upload"), said);
  }

  async function clicked(event) {
    const button = event.target.closest("[data-remove], [data-use]");
    if (!button) return;
    event.preventDefault();
    try {
      if (button.dataset.remove) await change(button.dataset.remove, { do: "remove" });
      else if ((await record()) === "") await change(null, { use: button.dataset.use });
    } catch {
      complain(say("failed"));
    }
  }

  place.addEventListener("click", clicked);
  place.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type === "file") {
      add([...input.files]);
      input.value = "";
    } else if (input.dataset.name) {
      change(input.dataset.name, { name: input.value }).then(() => input.setAttribute("value", input.value), () => {});
    } else if (input.dataset.answer) {
      change(input.dataset.answer, { answer: input.value }).catch(() => {});
    }
  });
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length + running > 0) event.preventDefault();
  });
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

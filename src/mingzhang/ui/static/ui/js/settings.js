// A field that asks for a unit or a person offers what fits while one types: a <datalist>, filled by the server. Without
// script the code or the full name is typed.
let asked;

async function offer(field) {
  const list = document.getElementById(field.getAttribute("list"));
  const text = field.value.trim();
  if (!text || [...list.options].some((one) => one.value === text)) return;
  const address = new URL(field.dataset.address, location.href);
  address.searchParams.set("q", text);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!answer.ok || field.value.trim() !== text) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  list.replaceChildren(...page.querySelectorAll("option"));
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-choices]")) return;
  clearTimeout(asked);
  asked = setTimeout(offer, 200, event.target);
});

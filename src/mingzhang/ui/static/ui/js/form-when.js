// Controls and tables that are asked for under a condition: `data-needs` names the control, `data-opens` its answers.
// What is put away keeps its value, so that a slip of the mouse loses nothing; the server leaves it out.
const answers = (form, name) =>
  [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
    .filter((control) => (control.type === "radio" || control.type === "checkbox" ? control.checked : true))
    .map((control) => control.value);

function holds(form, place) {
  const name = place.dataset.needs;
  const asked = form.querySelector(`[name="${CSS.escape(name)}"]`);
  const hidden = asked?.closest("[data-needs]");
  if (hidden && hidden !== place && !holds(form, hidden)) return false;
  const opens = place.dataset.opens.split(" ");
  return answers(form, name).some((answer) => opens.includes(answer));
}

export function watchConditions(form) {
  const apply = () => {
    for (const place of form.querySelectorAll("[data-needs]")) {
      const open = holds(form, place);
      if (place.matches("td")) place.classList.toggle("is-shut", !open);
      else place.hidden = !open;
    }
  };
  form.addEventListener("change", apply);
  apply();
  return { apply };
}

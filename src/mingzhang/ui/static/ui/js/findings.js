// Choosing findings of a list to assign them together: how many are chosen is said, and all of a page can be chosen
// at once. Without script the form works all the same.
const bar = document.querySelector("[data-pick-bar]");
const marks = () => [...document.querySelectorAll('input[name="finding"]')];

function say() {
  const chosen = marks().filter((mark) => mark.checked).length;
  const words = bar.querySelector("[data-pick-say]");
  words.textContent = (chosen ? words.dataset.some : words.dataset.none).replace("{n}", chosen);
  bar.querySelector("button").disabled = !chosen;
}

if (bar) {
  const all = bar.querySelector("[data-pick-all]");
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const mark of marks()) mark.checked = event.target.checked;
    say();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "finding") say();
  });
  say();
}

// A result is told for eight seconds, longer while it is pointed at or holds the focus; it can be sent away at once.
const STAYS = 8000;

function start(toast) {
  let timer = 0;
  const go = () => toast.remove();
  const wait = () => { timer = setTimeout(go, STAYS); };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", wait);
  toast.addEventListener("focusout", wait);
  const button = toast.querySelector("[data-toast-close]");
  button.hidden = false;
  button.addEventListener("click", () => { hold(); go(); });
  wait();
}

for (const toast of document.querySelectorAll("[data-toast]")) start(toast);

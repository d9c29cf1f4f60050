// What could not be kept is said at once, in words, and stays until it is sent away.
import { button, icon, make, say } from "./onsite-make.js";
import { Closed } from "./onsite-queue.js";
import { Unreadable } from "./onsite-picture.js";

const place = document.getElementById("faults");

function wordsFor(fault) {
  if (fault instanceof Closed) return say("closed");
  if (fault instanceof Unreadable) return say("unreadable");
  if (fault?.name === "QuotaExceededError") return say("quota");
  return say("not_kept", { why: fault?.message || fault?.name || "?" });
}

export function showFault(fault) {
  const words = wordsFor(fault);
  const away = button(say("seen"), () => box.remove(), { look: "is-quiet" });
  const box = make("div", { class: "note is-warn" }, icon("warn"), make("p", { class: "grow" }, words), away);
  place.replaceChildren(box);
}

// Does something that must be kept. True when it was.
export async function kept(work) {
  try {
    await work();
    return true;
  } catch (fault) {
    showFault(fault);
    return false;
  }
}

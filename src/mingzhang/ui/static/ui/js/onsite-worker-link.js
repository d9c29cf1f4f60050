// The service worker of this page: asked to keep the page on the phone, and to say when it has.
const site = document.body.dataset;
let ready = false;

export const isReady = () => ready;

// The page that is open was begun by an older version: nothing that was said is lost by opening it anew.
function renewed(tell) {
  const typing = document.activeElement?.matches("input, textarea, select");
  if (typing || document.querySelector("dialog[open]")) tell("newer");
  else location.reload();
}

export async function linkWorker(tell) {
  if (!navigator.serviceWorker) return;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => (had ? renewed(tell) : tell("ready")));
  try {
    await navigator.serviceWorker.register(site.worker, { scope: site.shell, updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    ready = true;
    tell("ready");
  } catch {
    ready = had;
  }
}

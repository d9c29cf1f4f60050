// Keeps the shell of the on-site page and its files, under the version that `KEPT` names; serves nothing else. Rounds,
// answers and photos never pass through here: they go to the server directly, and are kept by the page itself.
const { version, shell, files } = self.KEPT;
const NAME = `mingzhang-onsite-${version}`;
const MINE = "mingzhang-onsite-";
const paths = new Set(files.map((file) => new URL(file, self.location).pathname));

// A page that asks to sign in, or one from elsewhere, is not what is to be kept.
async function keep(cache, address) {
  const answer = await fetch(address, { cache: "reload", redirect: "error" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  await cache.put(address, answer);
}

async function install() {
  const cache = await caches.open(NAME);
  await Promise.all([shell, ...files].map((address) => keep(cache, address)));
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(MINE) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(address, request) {
  const found = await (await caches.open(NAME)).match(address);
  return found ?? fetch(request);
}

function isShell({ mode }, { pathname }) {
  return mode === "navigate" && pathname.startsWith(shell);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (isShell(request, address)) event.respondWith(kept(shell, request));
  else if (paths.has(address.pathname)) event.respondWith(kept(address.pathname, request));
});

// One request and what came of it, as a word: "ok" with `data`; "away" (no network, a network that answers in the
// site's place, or a server that is down); "signed_out"; "second_step" (it has to be
// set up first, at `go`); "stale" (the token is too old); "other" (somebody else is
// signed in); "refused" with `why` and `status`; "fault" (the server stumbled over this very thing).
const WORDS_WAIT = 30_000;
const PHOTO_WAIT = 180_000;
const DOWN = new Set([429, 502, 503, 504]);

const isJson = (answer) => (answer.headers.get("content-type") ?? "").includes("application/json");

async function outcome(answer) {
  if (answer.type === "opaqueredirect") return { kind: "signed_out" };
  if (answer.status === 401) return unknown(isJson(answer) ? await answer.json() : {});
  if (DOWN.has(answer.status)) return { kind: "away" };
  if (answer.status >= 500) return { kind: "fault" };
  if (!isJson(answer)) return answer.ok ? { kind: "away" } : named(answer.status, "");
  const data = await answer.json();
  return answer.ok ? { kind: "ok", data } : named(answer.status, data.why ?? "");
}

// Nobody is signed in; or somebody is who has to set up a second step first, at `go`.
const unknown = ({ go }) => (go ? { kind: "second_step", go } : { kind: "signed_out" });

function named(status, why) {
  if (status === 403) return { kind: "stale", why, status };
  if (status === 409) return { kind: "other", why, status };
  return { kind: "refused", why, status };
}

async function request(address, options, wait) {
  try {
    const signal = AbortSignal.timeout?.(wait);
    const usual = { redirect: "manual", cache: "no-store", credentials: "same-origin", signal };
    return await outcome(await fetch(address, { ...usual, ...options }));
  } catch {
    return { kind: "away" };
  }
}

export const get = (address) => request(address, { headers: { Accept: "application/json" } }, WORDS_WAIT);

export function post(address, token, body) {
  const words = !(body instanceof FormData);
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (words) headers["Content-Type"] = "application/json";
  return request(address, { method: "POST", headers, body: words ? JSON.stringify(body) : body },
    words ? WORDS_WAIT : PHOTO_WAIT);
}

// Whether the site itself answers: networks that want a sign-in of their own answer for everybody.
export async function reached(address) {
  try {
    const signal = AbortSignal.timeout?.(10_000);
    const answer = await fetch(address, { method: "HEAD", cache: "no-store", redirect: "error", signal });
    return answer.ok && answer.headers.has("Service-Worker-Allowed");
  } catch {
    return false;
  }
}

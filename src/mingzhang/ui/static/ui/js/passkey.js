// Passkeys. A form with data-passkey asks the browser for one, puts its answer into the field `credential` and goes
// on as any form does. The question stands in the page (#passkey-options), or is fetched from data-options.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function readable({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  if (publicKey.excludeCredentials) options.excludeCredentials = described(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) options.allowCredentials = described(publicKey.allowCredentials);
  return options;
}

function sendable(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function question(form) {
  const inPage = document.getElementById("passkey-options");
  if (inPage) return readable(JSON.parse(inPage.textContent));
  const answer = await fetch(form.dataset.options, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  return readable((await answer.json()).request_options);
}

async function ask(form) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("[type=submit]");
  said.hidden = true;
  button.disabled = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: await question(form) });
    form.elements.credential.value = JSON.stringify(sendable(credential));
    form.submit();
  } catch {
    said.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

// A passkey belongs to a name: an address of numbers can have none.
const named = /[a-z]/i.test(location.hostname) && !location.hostname.includes(":");

if (window.PublicKeyCredential && window.isSecureContext && named) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
  }
  for (const note of document.querySelectorAll("[data-passkey-none]")) note.hidden = true;
}

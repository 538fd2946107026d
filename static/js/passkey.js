// Passkeys: the browser makes or uses one, and its answer goes along with the form.
//
// The page carries what the server asks as JSON. Without this script, or in a browser without
// passkeys, the button stays hidden and codes are typed.

/** What JSON can't carry, as the browser wants it: bytes from text. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** Make a passkey on this device. */
async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return answer(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
}

/** Use a passkey that was made before. */
async function use(options) {
  const used = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = used.response;
  return answer(used, {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

const answer = (given, response) => ({
  id: given.id,
  rawId: text(given.rawId),
  type: given.type,
  response,
  clientExtensionResults: given.getClientExtensionResults(),
});

const WORDS = {
  NotAllowedError: "Nothing was confirmed. Try again.",
  InvalidStateError: "This device is set up already.",
  SecurityError: "Passkeys don’t work at this address.",
};

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const form = button.form;
  const said = form.querySelector("[data-passkey-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.dataset.passkey === "make" && !form.reportValidity()) return;
    button.disabled = true;
    said.textContent = "";
    try {
      const options = JSON.parse(form.dataset.options);
      const given = await (button.dataset.passkey === "make" ? make(options) : use(options));
      form.elements.credential.value = JSON.stringify(given);
      form.submit();
    } catch (error) {
      said.textContent = WORDS[error.name] ?? "That did not work on this device.";
      button.disabled = false;
    }
  });
}

// Passkeys: asks the server what to ask, the browser for an answer, and sends that back.
const TOKEN = document.querySelector('meta[name="csrf-token"]').content;

function toBytes(text) {
  const padded = text.replace(/-/g, '+').replace(/_/g, '/');
  return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(characters.join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function descriptors(list) {
  return (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));
}

function creation(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: descriptors(options.excludeCredentials),
  };
}

function request(options) {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: descriptors(options.allowCredentials),
  };
}

/** The credential as JSON; browsers of before 2025 cannot do it themselves. */
function plain(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: parts,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

class Refused extends Error {}

async function post(address, body) {
  const reply = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': TOKEN, Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  // Signed out meanwhile, or asked for the password again: the page loaded anew says so.
  if ([400, 401, 403].includes(reply.status)) window.location.reload();
  const answer = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused(answer.detail ?? '');
  return answer;
}

function sentence(error, words) {
  if (error instanceof Refused) return error.message || words.failed;
  if (error.name === 'InvalidStateError') return words.known;
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return words.cancelled;
  return error.name === 'NotSupportedError' ? words.unsupported : words.failed;
}

function show(form, text) {
  const box = form.querySelector('[data-passkey-error]');
  // Hidden first, so that the same sentence is read out again.
  box.hidden = true;
  box.querySelector('[data-passkey-message]').textContent = text;
  box.hidden = !text;
}

async function run(form, act) {
  const button = form.querySelector('button[type="submit"]');
  if (button.disabled) return;
  show(form, '');
  if (!window.PublicKeyCredential) {
    show(form, form.dataset.unsupported);
    return;
  }
  button.disabled = true;
  form.setAttribute('aria-busy', 'true');
  try {
    await act();
  } catch (error) {
    show(form, sentence(error, form.dataset));
    button.disabled = false;
  } finally {
    form.removeAttribute('aria-busy');
  }
}

async function add(form) {
  const options = await post(form.dataset.options, {});
  const credential = await navigator.credentials.create({ publicKey: creation(options) });
  const name = form.elements.name.value;
  const done = await post(form.dataset.send, { credential: plain(credential), name });
  if (done.codes_due) document.getElementById('make-codes').submit();
  else window.location.assign(done.next);
}

async function present(form) {
  const options = await post(form.dataset.options, {});
  const credential = await navigator.credentials.get({ publicKey: request(options) });
  const done = await post(form.dataset.send, { credential: plain(credential) });
  window.location.assign(done.next);
}

// The button sleeps until now, for without this script the form leads nowhere.
for (const [selector, act] of [['[data-passkey-add]', add], ['[data-passkey-show]', present]]) {
  const form = document.querySelector(selector);
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    run(form, () => act(form));
  });
  form?.querySelector('button[type="submit"]').removeAttribute('disabled');
}

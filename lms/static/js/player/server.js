// What the page asks of the server. An answer is {ok, status, body, code, detail, retryMs}.
import { pauseOrOnline } from './events.js';

const CSRF = document.querySelector('meta[name="csrf-token"]').content;

const PATIENCE_MS = 20000;
const KEY_BYTES = 16;

// Browsers that know no combined signals wait as long as the line does.
function within(signal) {
  if (!AbortSignal.timeout) return signal;
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  if (!signal) return timeout;
  return AbortSignal.any ? AbortSignal.any([signal, timeout]) : signal;
}

async function read(reply) {
  const isJson = (reply.headers.get('Content-Type') ?? '').includes('json');
  const body = isJson ? await reply.json() : {};
  const seconds = Number(reply.headers.get('Retry-After') ?? 1);
  return {
    ok: reply.ok && isJson,
    status: reply.status,
    body,
    code: body.code ?? '',
    detail: body.detail ?? '',
    retryMs: body.retry_after_ms ?? seconds * 1000,
  };
}

export class Server {
  token = '';

  constructor(urls) {
    this.urls = urls;
  }

  async #post(url, body = {}, more = {}) {
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRFToken': CSRF,
      'X-Watch-Token': this.token,
    };
    const answer = await read(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: within(), ...more }));
    // The lease brings the token; a preview brings another with every answer.
    if (answer.body.token) this.token = answer.body.token;
    return answer;
  }

  lease() { return this.#post(this.urls.lease); }

  /** `due` is the gate that a preview has come to; of a learner the server knows it. */
  popup() { return this.#post(this.urls.popup, { gate: this.due }); }

  answer(nonce, chosen) { return this.#post(this.urls.answer, { nonce, chosen }); }

  /** Where one stopped; it is sent even while the page is being left. */
  position(at_ms) { return this.#post(this.urls.position, { at_ms }, { keepalive: true }); }

  finish() { return this.#post(this.urls.finish); }

  /** A key as {key} or {problem}; throws when the network is away or cuts it off. */
  async key(url, signal) {
    const headers = { 'X-Watch-Token': this.token };
    const reply = await fetch(url, { headers, signal: within(signal), cache: 'no-store' });
    if (reply.status !== 200) return { problem: await read(reply) };
    return { key: await this.content(reply) };
  }

  /** What is given for a window; throws for what was cut off on the way. */
  async content(reply) {
    const key = await reply.arrayBuffer();
    if (key.byteLength !== KEY_BYTES) throw new TypeError('not a key');
    return key;
  }

  /** Asks until the server can be reached at all; an error of the server's own is asked again. */
  async untilReached(ask, onTrouble) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 8000)) {
      try {
        const answer = await ask();
        if (answer.status < 500) return answer;
      } catch {
        // No line, too slow a line, or an answer that was cut off: all of them pass.
      }
      onTrouble();
      await pauseOrOnline(wait);
    }
  }
}

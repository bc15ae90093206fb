// What the page asks of the server. An answer is {ok, status, body, code, detail, retryMs}.
import { pauseOrOnline } from './events.js';

const CSRF = document.querySelector('meta[name="csrf-token"]').content;

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

  async #post(url, body = {}) {
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRFToken': CSRF,
      'X-Watch-Token': this.token,
    };
    return read(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  }

  lease() { return this.#post(this.urls.lease); }

  popup() { return this.#post(this.urls.popup); }

  answer(nonce, chosen) { return this.#post(this.urls.answer, { nonce, chosen }); }

  finish() { return this.#post(this.urls.finish); }

  /** A key as {key} or {problem}; throws when the network is away. */
  async key(url, signal) {
    const headers = { 'X-Watch-Token': this.token };
    const reply = await fetch(url, { headers, signal, cache: 'no-store' });
    if (reply.status === 200) return { key: await reply.arrayBuffer() };
    return { problem: await read(reply) };
  }

  /** Asks until the server can be reached at all; an error of the server's own is asked again. */
  async untilReached(ask, onTrouble) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 8000)) {
      try {
        const answer = await ask();
        if (answer.status < 500) return answer;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      onTrouble();
      await pauseOrOnline(wait);
    }
  }
}

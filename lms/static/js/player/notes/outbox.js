// Sends notes until the server has them. What waits outlives a bad line and a reload of the page.
import { Events, pauseOrOnline } from '../events.js';

const CSRF = document.querySelector('meta[name="csrf-token"]').content;

// A browser may forbid its storage; what waits then lives as long as the page.
function recall(name) {
  try {
    return JSON.parse(window.sessionStorage.getItem(name)) ?? [];
  } catch {
    return [];
  }
}

function keep(name, entries) {
  try {
    if (entries.length) window.sessionStorage.setItem(name, JSON.stringify(entries));
    else window.sessionStorage.removeItem(name);
  } catch {
    // Full or forbidden.
  }
}

const isSame = (note, state) => note.at_ms === state.at_ms && note.text === state.text;

/** A name for a note that nobody else has; of random bits, which plain HTTP allows as well. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Tells: state (saving | saved | offline | signIn), refused (key, reason), and parted (mine, theirs)
 * when another page has changed the note since: both are to be kept.
 */
export class Outbox extends Events {
  #revisions = new Map();
  #waiting;
  #sending = null;

  constructor(url, name, notes) {
    super();
    this.url = url;
    this.name = name;
    notes.forEach((note) => this.#revisions.set(note.key, note.revision));
    this.#waiting = new Map(recall(name));
    window.addEventListener('beforeunload', (event) => { if (this.#waiting.size) event.preventDefault(); });
  }

  /** What waits, as [key, state]: a state is {at_ms, text}, or {isGone} for a removal. */
  get waiting() {
    return [...this.#waiting];
  }

  #open() {
    return [...this.#waiting].filter(([, state]) => !state.reason);
  }

  put(note) {
    this.#wait(note.key, { at_ms: note.at_ms, text: note.text });
  }

  remove(key) {
    this.#wait(key, { isGone: true });
  }

  #wait(key, state) {
    // What was sent before may have arrived though its answer did not.
    const sent = this.#waiting.get(key)?.sent ?? [];
    this.#waiting.set(key, { ...state, sent });
    this.#remember();
    this.flush();
  }

  #remember() {
    keep(this.name, this.waiting);
  }

  /** Send all that waits; whoever asks while it is on its way waits for that. */
  flush() {
    this.#sending ??= this.#sendAll().finally(() => { this.#sending = null; });
    return this.#sending;
  }

  async #sendAll() {
    for (let wait = 1000; this.#open().length;) {
      const [key, state] = this.#open()[0];
      this.tell('state', 'saving');
      try {
        await this.#heed(key, state, await this.#send(key, state));
        wait = 1000;
      } catch (trouble) {
        this.tell('state', trouble.message === 'signIn' ? 'signIn' : 'offline');
        await pauseOrOnline(wait);
        wait = Math.min(wait * 2, 15000);
      }
    }
    this.tell('state', 'saved');
  }

  #send(key, state) {
    const based_on = this.#revisions.get(key) ?? 0;
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': CSRF };
    const signal = AbortSignal.timeout?.(20000);
    if (state.isGone) return fetch(`${this.url}${key}?based_on=${based_on}`, { method: 'DELETE', headers, signal });
    const { at_ms, text } = state;
    state.sent = [...(state.sent ?? []), { at_ms, text }].slice(-5);
    this.#remember();
    return fetch(`${this.url}${key}`, { method: 'PUT', headers, signal, body: JSON.stringify({ at_ms, text, based_on }) });
  }

  async #heed(key, state, reply) {
    if (reply.redirected || [400, 401, 403].includes(reply.status)) throw new Error('signIn');
    const isTold = [404, 409, 422].includes(reply.status);
    if (!reply.ok && !isTold) throw new Error('offline');
    const body = await reply.json();
    if (body.code === 'note-changed') this.#part(key, state, body.note);
    else if (isTold) this.#refuse(key, state, body.detail);
    else this.#done(key, state, body);
  }

  #done(key, state, note) {
    if (state.isGone) this.#revisions.delete(key);
    else this.#revisions.set(key, note.revision);
    this.#forget(key, state);
  }

  // Newer words may have come meanwhile: those stay.
  #forget(key, state) {
    if (this.#waiting.get(key) === state) this.#waiting.delete(key);
    this.#remember();
  }

  #part(key, state, theirs) {
    this.#revisions.set(key, theirs.revision);
    // It was this page that changed it, and only the answer was lost: so send again above it.
    if (state.sent?.some((sent) => isSame(theirs, sent))) return;
    const latest = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#remember();
    this.tell('parted', latest.isGone ? null : { key: newKey(), at_ms: latest.at_ms, text: latest.text }, theirs);
  }

  // Never taken as it is: it stays here, is shown as not saved, and goes out again when changed.
  #refuse(key, state, reason) {
    if (state.isGone) {
      this.#forget(key, state);
      return;
    }
    state.reason = reason;
    this.#remember();
    this.tell('refused', key, reason);
  }
}

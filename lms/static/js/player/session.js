// What this page knows of the lesson. The server knows better, and tells it with every key.
import { keep, recall } from './storage.js';

export class Session {
  released = 0;
  closed = false;
  finished = false;

  constructor(storageKey) {
    this.storageKey = storageKey;
  }

  begin(facts) {
    this.playlist = facts.playlist;
    this.keys = facts.keys;
    this.released = facts.released;
    this.windowCount = facts.window_count;
    this.windowSeconds = facts.window_ms / 1000;
    this.duration = facts.duration_ms / 1000;
    this.maxPace = facts.max_pace;
    this.gates = facts.gates ?? [];
    this.isFree = facts.is_free ?? false;
    this.finished = facts.is_finished;
    this.closed = facts.is_closed;
    this.resumeSeconds = facts.resume_ms / 1000;
    this.lease = facts.lease ?? null;
    // The lease whose place the server knows.
    this.leftBy = facts.left_by ?? null;
  }

  /** Seconds from the beginning that are released and may be sought freely. */
  get openSeconds() {
    if (this.released >= this.windowCount) return this.duration;
    return this.released * this.windowSeconds;
  }

  note(window) {
    this.released = Math.max(this.released, window + 1);
  }

  fallBack(window) {
    if (!this.isFree) this.released = window;
  }

  startOf(window) {
    return window >= this.windowCount ? this.duration : window * this.windowSeconds;
  }

  isAtEnd(seconds) {
    return this.released >= this.windowCount && seconds >= this.duration - 1.5;
  }

  /** Where to go on: what this browser kept to the second, unless another page has said more since. */
  resumeAt() {
    const { seconds, lease, seen } = this.#hint();
    const isLatest = this.leftBy === lease || this.leftBy === seen;
    const isInside = seconds > 0 && seconds < this.openSeconds && seconds < this.duration - 3;
    return isLatest && isInside ? seconds : this.resumeSeconds;
  }

  #hint() {
    try {
      return JSON.parse(recall(this.storageKey)) ?? {};
    } catch {
      return {};
    }
  }

  remember(seconds, now = false) {
    const rounded = Math.floor(seconds);
    if (!now && rounded === this.remembered) return;
    this.remembered = rounded;
    keep(this.storageKey, JSON.stringify({ seconds: rounded, lease: this.lease, seen: this.leftBy }));
  }
}

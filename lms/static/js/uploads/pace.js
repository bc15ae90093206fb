// How fast an upload goes: over the last seconds, for a mean since the start forgets that it waited.
const WINDOW_MS = 8000;
const LEAST_MS = 1500;

export class Pace {
  #marks = [];

  /** Forget what was: the upload waited, and a wait is no slowness. */
  restart() {
    this.#marks = [];
  }

  /** Note that `sent` bytes are there; the bytes a second, or null while it is too early to say. */
  note(sent, now = performance.now()) {
    this.#marks.push([now, sent]);
    while (this.#marks.length > 2 && now - this.#marks[0][0] > WINDOW_MS) this.#marks.shift();
    const [then, before] = this.#marks[0];
    return now - then < LEAST_MS ? null : ((sent - before) * 1000) / (now - then);
  }
}

// How long the page that was opened last is read yet, as the server told it. Shown by the second, said
// once: when the next page may be opened.
function minutes(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export class Meter {
  #until = 0;
  #isOver = true;
  #words = null;

  /** `onEnd` is called each time a wait is over. */
  constructor(root, notices, onEnd) {
    Object.assign(this, { notices, onEnd });
    this.next = root.querySelector('[data-do="next"]');
    this.text = root.querySelector('[data-wait]');
    window.setInterval(() => this.#draw(), 500);
  }

  /** The page that was opened last is read for so long yet. */
  begin(milliseconds) {
    this.#until = performance.now() + milliseconds;
    this.#isOver = false;
    this.#draw();
  }

  get isRunning() {
    return performance.now() < this.#until;
  }

  /** Show the time in these words, {time} filled in; null shows none. */
  show(words) {
    this.#words = words;
    this.#draw();
  }

  get #sentence() {
    return this.#words.replace('{time}', minutes(Math.max(0, this.#until - performance.now())));
  }

  /** Somebody asked: say how long it is yet. */
  tell() {
    if (this.#words && this.isRunning) this.notices.say(this.#sentence, true);
  }

  #draw() {
    const waits = this.#words !== null && this.isRunning;
    this.next.setAttribute('aria-disabled', String(waits));
    this.text.textContent = waits ? this.#sentence : '';
    if (this.isRunning || this.#isOver) return;
    this.#isOver = true;
    this.onEnd();
  }
}

// How long until the next page may be opened, as the server told it. Shown by the second, said once.
function minutes(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export class Meter {
  #until = 0;
  #wasRunning = false;
  #isShown = false;

  constructor(root, words, notices) {
    Object.assign(this, { words, notices });
    this.next = root.querySelector('[data-do="next"]');
    this.text = root.querySelector('[data-wait]');
    window.setInterval(() => this.#draw(), 500);
  }

  /** The page that was opened last is read for so long yet. */
  begin(milliseconds) {
    this.#until = performance.now() + milliseconds;
    this.#wasRunning = milliseconds > 0;
    this.#draw();
  }

  get isRunning() {
    return this.#left > 0;
  }

  get #left() {
    return Math.max(0, this.#until - performance.now());
  }

  show(isShown) {
    this.#isShown = isShown;
    this.#draw();
  }

  #words() {
    return this.words.nextIn.replace('{time}', minutes(this.#left));
  }

  /** Somebody asked: say how long it is yet. */
  tell() {
    this.notices.say(this.#words(), true);
  }

  #draw() {
    const waits = this.#isShown && this.isRunning;
    this.next.setAttribute('aria-disabled', String(waits));
    this.text.textContent = waits ? this.#words() : '';
    if (this.#wasRunning && !this.isRunning) {
      this.#wasRunning = false;
      if (this.#isShown) this.notices.say(this.words.nextReady);
    }
  }
}

// At the end of the film: asks the server whether the lesson is finished, and waits until it is.
import { isSaid } from './countdown.js';
import { Events, pause } from './events.js';

export class Finisher extends Events {
  #isRunning = false;

  constructor(server, words, notices) {
    super();
    Object.assign(this, { server, words, notices });
    this.done = document.querySelector('[data-done]');
    this.text = document.querySelector('[data-done-text]');
  }

  async run() {
    if (this.#isRunning || this.isDone) return;
    this.#isRunning = true;
    try {
      await this.#ask();
    } finally {
      this.#isRunning = false;
    }
  }

  async #ask() {
    let total = null;
    for (;;) {
      const answer = await this.server.untilReached(() => this.server.finish(), () => this.tell('offline'));
      this.tell('reached');
      if (answer.ok) {
        this.showDone(answer.body.course_watched ? this.words.courseDone : this.words.done);
        return;
      }
      if (answer.status === 423) {
        this.tell('popup');
        return;
      }
      if (answer.status !== 425) return;
      const left = Math.ceil(answer.retryMs / 1000);
      total ??= left;
      this.#show(this.words.waitEnd.replace('{seconds}', left), isSaid(left, total));
      await pause(Math.min(answer.retryMs, 1000));
    }
  }

  #show(text, isAloud = true) {
    this.text.textContent = text;
    if (isAloud) this.notices.say(text);
    this.done.hidden = false;
    this.done.toggleAttribute('data-waiting', !this.isDone);
  }

  // The list beside the film is the server's; it is fetched again rather than guessed.
  async #refreshList() {
    try {
      const page = await (await fetch(window.location.href)).text();
      const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('#lessons');
      if (fresh) document.querySelector('#lessons').replaceWith(fresh);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  showDone(text = this.words.done) {
    this.isDone = true;
    this.#show(text);
    const next = document.querySelector('[data-following]');
    next.classList.replace('btn-secondary', 'btn-primary');
    this.#refreshList();
  }
}

// Asks for keys, and waits as long as the gate says. hls.js sees nothing of it but a slow answer.
import { Events, pause, pauseOrOnline } from './events.js';

export class Gate extends Events {
  #shut = null;
  #waiters = [];

  constructor(server, session) {
    super();
    this.server = server;
    this.session = session;
  }

  /** The second at which the pop-up that is due stands, or null. */
  get boundary() {
    return this.#shut === null ? null : this.session.startOf(this.#shut);
  }

  /** The film has come to a second. Of a learner's film the server says where its gates are. */
  reach() {}

  /** The pop-up was answered right. */
  answered() {
    this.open();
  }

  /** Whoever waited asks again. */
  open() {
    this.#shut = null;
    this.letGo();
  }

  /** Let every waiting request ask again. */
  letGo() {
    const waiters = this.#waiters;
    this.#waiters = [];
    waiters.forEach((resolve) => resolve());
  }

  tellLost() {
    this.tell('lost');
  }

  #wait(signal) {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', resolve, { once: true });
    });
  }

  /** What a window gives (16 bytes, or a page); resolves when the gate opens, undefined when no longer wanted. */
  async key(url, signal) {
    const window = Number(url.split('/').pop());
    for (let wait = 500; !signal.aborted;) {
      try {
        const answer = await this.server.key(url, signal);
        if (answer.key) {
          this.session.note(window);
          this.tell('released', window);
          return answer.key;
        }
        await this.#heed(answer.problem, window, signal);
        wait = 500;
      } catch {
        if (signal.aborted) return undefined;
        this.tell('offline');
        await pauseOrOnline(wait);
        wait = Math.min(wait * 2, 8000);
      }
    }
    return undefined;
  }

  async #heed(problem, window, signal) {
    if (problem.status === 425) {
      this.tell('early', performance.now() + problem.retryMs);
      await pause(problem.retryMs + 50, signal);
    } else if (problem.status === 423) {
      this.#shut = window;
      this.tell('popup', window);
      await this.#wait(signal);
    } else if (problem.status === 409) {
      this.tell('lost');
      await this.#wait(signal);
    } else if (problem.code === 'closed') {
      this.tell('closed');
      await this.#wait(signal);
    } else if ([401, 403, 404].includes(problem.status)) {
      // The token is too old, or windows were taken back on another device: begin from the server's state.
      this.tell('stale');
      await this.#wait(signal);
    } else {
      await pause(Math.max(1000, problem.retryMs), signal);
    }
  }
}

// Pages in the place of a film: what is fetched for a window, and where one is.
import { Gate } from '../player/gate.js';
import { Server } from '../player/server.js';

export class PageServer extends Server {
  /** A page as {html} or {pdf}, and in how many milliseconds the one after it may be opened. */
  async content(reply) {
    const nextMs = Number(reply.headers.get('X-Next-In') ?? 0);
    const isPdf = (reply.headers.get('Content-Type') ?? '').startsWith('application/pdf');
    if (isPdf) return { pdf: await reply.arrayBuffer(), nextMs };
    return { html: await reply.text(), nextMs };
  }
}

/** Where one reads. To notices and notes it stands for the film and its timeline: a page is a moment. */
export class Place extends EventTarget {
  page = -1;
  paused = true;
  ended = false;

  constructor(session, words, onSeek) {
    super();
    Object.assign(this, { session, words, onSeek });
  }

  get currentTime() {
    return Math.max(0, this.page) * (this.session.windowSeconds ?? 0);
  }

  pageAt(seconds) {
    const { windowCount, windowSeconds } = this.session;
    return Math.max(0, Math.min(windowCount - 1, Math.floor(seconds / windowSeconds + 0.001)));
  }

  goTo(page) {
    this.page = page;
  }

  /** As a timeline does: the page of a moment in words. */
  clock = (seconds) => this.words.page.replace('{page}', this.pageAt(seconds) + 1);

  seek(seconds) {
    this.onSeek(this.pageAt(seconds));
  }

  /** A link may lead to a place (?at=), once: a page loaded anew goes on where it stopped. */
  askedFor() {
    const address = new URL(window.location.href);
    if (!address.searchParams.has('at')) return null;
    const seconds = Number(address.searchParams.get('at'));
    address.searchParams.delete('at');
    window.history.replaceState(null, '', address);
    return seconds >= 0 && seconds < this.session.openSeconds ? this.pageAt(seconds) : null;
  }

  /** Show the number of the page, and how much of all is read and open. */
  show(root) {
    const { windowCount, released } = this.session;
    const share = (pages) => `${windowCount ? (100 * pages) / windowCount : 0}%`;
    const line = root.querySelector('[data-timeline]');
    line.style.setProperty('--played', share(this.page + 1));
    line.style.setProperty('--open', share(released));
    root.querySelector('[data-page-number]').textContent = this.page < 0 ? '–' : this.page + 1;
  }
}

/** Of a preview every page is open; pop-ups are asked where they stand, and by nobody else. */
export class PreviewPages extends Gate {
  #passed = new Set();
  #due = null;
  #goOn = () => {};

  async key(url, signal) {
    const page = Number(url.split('/').pop());
    if (this.session.gates.includes(page) && !this.#passed.has(page)) {
      this.#due = page;
      this.server.due = page;
      const answered = new Promise((resolve) => {
        this.#goOn = resolve;
        signal.addEventListener('abort', resolve, { once: true });
      });
      this.tell('popup', page);
      await answered;
    }
    return signal.aborted ? undefined : super.key(url, signal);
  }

  answered() {
    this.#passed.add(this.#due);
    this.#goOn();
  }
}

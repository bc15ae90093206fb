// What lies over the picture: waiting, offline, taken over. Said aloud once, shown as long as it holds.
import { isSaid } from './countdown.js';

export class Notices {
  #until = null;
  #wait = null;
  #closedAt = null;
  #blocking = false;

  constructor(root, words, video) {
    this.words = words;
    this.video = video;
    this.overlay = root.querySelector('[data-overlay]');
    this.title = root.querySelector('[data-overlay-title]');
    this.text = root.querySelector('[data-overlay-text]');
    this.action = root.querySelector('[data-overlay-action]');
    this.spinner = root.querySelector('[data-spinner]');
    this.banner = root.querySelector('[data-banner]');
    this.voice = root.querySelector('[data-say]');
    this.action.addEventListener('click', () => this.act?.());
    for (const name of ['waiting', 'playing', 'canplay', 'pause', 'seeked', 'timeupdate']) {
      video.addEventListener(name, () => this.#showWaiting());
    }
    window.setInterval(() => this.#showWaiting(), 500);
  }

  say(text, isShown = false) {
    this.voice.textContent = text;
    if (isShown) this.#flash(text);
  }

  #flash(text) {
    this.banner.textContent = text;
    this.banner.hidden = false;
    window.clearTimeout(this.flashing);
    this.flashing = window.setTimeout(() => { this.banner.hidden = !this.isOffline; if (this.isOffline) this.banner.textContent = this.words.offline; }, 5000);
  }

  #show(title, text, { action = '', act = null, spins = false } = {}) {
    if (this.title.textContent !== title) this.voice.textContent = title;
    this.title.textContent = title;
    this.text.textContent = text;
    this.action.textContent = action;
    this.action.hidden = !action;
    this.act = act;
    this.spinner.hidden = !spins;
    this.overlay.hidden = false;
  }

  /** Until when (performance.now) the next window waits, or null. Shown only if the film stands. */
  early(until) {
    this.#until = until;
    this.#wait = null;
    this.#showWaiting();
  }

  #showWaiting() {
    if (this.#blocking) return;
    const { video } = this;
    const stands = !video.paused && !video.ended && video.readyState < 3;
    if (!stands) {
      this.overlay.hidden = true;
    } else if (this.#closedAt !== null && video.currentTime >= this.#closedAt - 1.5) {
      this.#show(this.words.closed, this.words.closedText);
    } else if (this.#until !== null && this.#until > performance.now()) {
      const seconds = Math.max(1, Math.ceil((this.#until - performance.now()) / 1000));
      const text = this.words.earlyText.replace('{seconds}', seconds);
      this.#show(this.words.early, text, { spins: true });
      this.#sayWait(seconds, text);
    } else {
      this.#show(this.words.loading, '', { spins: true });
    }
  }

  #sayWait(seconds, text) {
    this.#wait ??= { total: seconds, last: null };
    if (seconds === this.#wait.last || !isSaid(seconds, this.#wait.total)) return;
    this.#wait.last = seconds;
    this.voice.textContent = text;
  }

  offline(isOffline) {
    if (isOffline === Boolean(this.isOffline)) return;
    this.isOffline = isOffline;
    this.banner.hidden = !isOffline;
    this.banner.textContent = isOffline ? this.words.offline : '';
    this.voice.textContent = isOffline ? this.words.offline : this.words.online;
  }

  loading() {
    this.#blocking = true;
    this.#show(this.words.loading, '', { spins: true });
  }

  clear() {
    this.#blocking = false;
    this.overlay.hidden = true;
  }

  lost(takeBack) {
    this.#blocking = true;
    this.#show(this.words.lost, this.words.lostText, { action: this.words.takeBack, act: takeBack });
    this.action.focus();
  }

  /** Nothing from `seconds` on is released any more; what lies before it may be watched again. */
  closed(seconds) {
    const isNew = this.#closedAt === null;
    this.#closedAt = seconds;
    if (isNew) this.say(this.words.closedText, true);
    this.#showWaiting();
  }

  failed(text, retry = null) {
    this.#blocking = true;
    const again = () => { this.clear(); retry(); };
    this.#show(this.words.failed, text, { action: retry ? this.words.retry : '', act: again });
  }
}

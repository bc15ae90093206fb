// The pop-up: a proper dialog over the film, also when it fills the window. The server draws the
// question and grades the answer; a wrong one costs a wait that is shown and said.
import { drawFormulas } from '../formulas.js';
import { focusAnswer, isComplete, readAnswer, wireAnswer } from '../answers/index.js';
import { isSaid } from './countdown.js';
import { pause } from './events.js';

export class Popup {
  constructor(root, server, words, notices) {
    Object.assign(this, { server, words, notices });
    this.dialog = root.querySelector('[data-popup]');
    this.form = root.querySelector('[data-popup-form]');
    this.question = root.querySelector('[data-popup-question]');
    this.state = root.querySelector('[data-popup-state]');
    this.voice = root.querySelector('[data-popup-voice]');
    this.send = root.querySelector('[data-popup-send]');
    // It cannot be waved away: the film goes on when the question is answered.
    this.dialog.addEventListener('cancel', (event) => event.preventDefault());
    this.dialog.addEventListener('keydown', (event) => { if (event.key === 'Escape') event.preventDefault(); });
  }

  // Before a question is shown it is the picture that says that the line is away.
  async #ask(work) {
    const answer = await this.server.untilReached(work, () => {
      if (this.dialog.open) this.#say(this.words.offlinePopup);
      else this.notices.offline(true);
    });
    this.notices.offline(false);
    return answer;
  }

  /** Ask until a question is answered right. Resolves to {kind: right | back | lost | refused | expired}. */
  async run() {
    for (;;) {
      const asked = await this.#ask(() => this.server.popup());
      if (asked.status === 425) await this.#wait(asked.retryMs);
      else if (asked.code === 'playing-elsewhere') return this.#end('lost');
      else if (asked.status === 409) return this.#end('refused', { detail: asked.detail });
      else if (!asked.ok) return this.#end('expired');
      else if (!asked.body.popup) return this.#end('right');
      else {
        const outcome = await this.#answer(asked.body.popup);
        if (outcome) return outcome;
      }
    }
  }

  #end(kind, more = {}) {
    if (this.dialog.open) this.dialog.close();
    this.notices.early(null);
    return { kind, ...more };
  }

  async #wait(milliseconds) {
    if (this.dialog.open) await pause(Math.min(milliseconds, 1000));
    else {
      this.notices.early(performance.now() + milliseconds);
      await pause(Math.min(milliseconds + 50, 30000));
    }
  }

  async #answer(popup) {
    this.#show(popup);
    let reply;
    do {
      const chosen = await this.#chosen();
      this.#busy(true, this.words.sending);
      reply = await this.#ask(() => this.server.answer(popup.nonce, chosen));
      this.#busy(false, '');
    } while (reply.status === 422);
    if (reply.code === 'playing-elsewhere') return this.#end('lost');
    // Answered already: a repeated request of ours. What came of it shows when asking anew.
    if (reply.status === 409) return null;
    if (!reply.ok) return this.#end('expired');
    return this.#heed(reply.body);
  }

  async #heed(outcome) {
    if (outcome.right) {
      this.notices.say(this.words.answerRight, true);
      return this.#end('right');
    }
    if (outcome.back_to !== null) return this.#end('back', { window: outcome.back_to });
    await this.#countDown(outcome.wait_seconds);
    return null;
  }

  async #countDown(seconds) {
    this.#busy(true, '');
    // What was pressed can be pressed no more, and must not take the focus with it.
    this.state.focus({ preventScroll: true });
    for (let left = seconds; left > 0; left -= 1) {
      this.#say(this.words.answerWrong.replace('{seconds}', left), isSaid(left, seconds));
      await pause(1000);
    }
    // Shut until the next question stands there: an answer to this one would be nobody's.
    this.#say('');
  }

  #busy(isBusy, text) {
    this.question.disabled = isBusy;
    this.send.disabled = isBusy;
    this.#say(text);
  }

  // What is shown is read out from a place of its own: so the seconds of a wait may pass in silence.
  #say(text, isAloud = true) {
    this.state.textContent = text;
    if (isAloud && this.voice.textContent !== text) this.voice.textContent = text;
  }

  #show(popup) {
    this.question.dataset.shape = popup.shape;
    // Written by the server, which escapes whatever a trainer wrote.
    this.question.innerHTML = popup.html;
    wireAnswer(this.question);
    drawFormulas(this.question);
    this.#busy(false, '');
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.notices.say(this.words.popupOpened);
    }
    focusAnswer(this.question);
  }

  #chosen() {
    return new Promise((resolve) => {
      const submitted = (event) => {
        event.preventDefault();
        if (!isComplete(this.question)) {
          this.#say(this.words.answerFirst);
          return;
        }
        this.form.removeEventListener('submit', submitted);
        resolve(readAnswer(this.question));
      };
      this.form.addEventListener('submit', submitted);
    });
  }
}

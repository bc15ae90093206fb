// A lesson looked at by those who make or judge it: every window is open, and pop-ups are asked where
// they stand as the film plays up to them. Nothing is earned, so seeking past them is nobody's loss.
import { Gate } from './gate.js';

// A pop-up opens this much before its place: players report the time four times a second.
const AHEAD = 0.6;

export class PreviewGate extends Gate {
  #due = null;
  #last = null;
  #passed = new Set();

  constructor(server, session, video) {
    super(server, session);
    // Who seeks has not played what lies between.
    video.addEventListener('seeking', () => { this.#last = null; });
  }

  get boundary() {
    return this.#due === null ? null : this.session.startOf(this.#due);
  }

  reach(seconds) {
    const before = this.#last;
    this.#last = seconds;
    if (this.#due !== null || before === null || seconds <= before) return;
    const isReached = (gate) => {
      const place = this.session.startOf(gate) - AHEAD;
      return before < place && place <= seconds;
    };
    const gate = this.session.gates.find((each) => !this.#passed.has(each) && isReached(each));
    if (gate === undefined) return;
    this.#due = gate;
    this.server.due = gate;
  }

  answered() {
    this.#passed.add(this.#due);
    this.open();
  }

  open() {
    this.#due = null;
    super.open();
  }

  /** The playlist names the learners' gate; a preview asks at its own address. */
  key(url, signal) {
    return super.key(`${this.session.keys}${url.split('/').pop()}`, signal);
  }
}

/** At the end of the film there is nothing to ask the server for. */
export class PreviewEnd {
  constructor(words) {
    this.words = words;
    this.box = document.querySelector('[data-done]');
  }

  on() {}

  run() {
    this.box.querySelector('[data-done-text]').textContent = this.words.done;
    this.box.hidden = false;
    document.querySelector('[data-following]')?.classList.replace('btn-secondary', 'btn-primary');
  }
}

/** Marks on the timeline where pop-ups stand this time, each a way to see it at once. */
export function markGates(root, session, words, timeline) {
  const marks = session.gates.map((gate) => {
    const seconds = session.startOf(gate);
    const mark = document.createElement('button');
    mark.type = 'button';
    mark.className = 'player-gate';
    mark.style.setProperty('--place', `${(seconds / session.duration) * 100}%`);
    mark.title = words.gate.replace('{time}', timeline.clock(seconds));
    mark.setAttribute('aria-label', mark.title);
    mark.addEventListener('click', () => timeline.seek(Math.max(0, seconds - 3)));
    return mark;
  });
  const line = root.querySelector('[data-timeline]');
  line.querySelectorAll('.player-gate').forEach((mark) => mark.remove());
  line.append(...marks);
}

// A lesson's panel: the film dropped on it, how far it is, and what can be done about it.
import { reset, showProgress, showState } from '../dropzone.js';
import { say, size, span } from './words.js';
import { Transfer } from './transfer.js';

const panels = new Map();
const going = new Set();

function partsOf(panel) {
  const find = (name) => panel.querySelector(`[data-video-${name}]`);
  return {
    zone: panel.querySelector('[data-drop-zone]'),
    status: find('status'),
    buttons: find('buttons'),
    pause: find('pause'),
    resume: find('resume'),
    cancel: find('cancel'),
  };
}

/** Put the fragment at `url` into the panel; it goes on by itself from there. */
async function showStatus(parts, url) {
  const response = await fetch(url, { headers: { 'HX-Request': 'true' } });
  if (!response.ok) return;
  parts.status.innerHTML = await response.text();
  window.htmx.process(parts.status);
}

function showRunning(parts, running) {
  parts.pause.hidden = !running;
  parts.resume.hidden = running;
}

function refuse(panel, file) {
  if (file.size === 0) return panel.dataset.wordEmpty;
  if (file.size > Number(panel.dataset.maxBytes)) return panel.dataset.wordLarge;
  return '';
}

function sendingText(panel, { sent, all, speed }) {
  if (!speed) return panel.dataset.wordSending;
  const details = say(panel, 'speed', { speed: size(speed), left: span(panel, (all - sent) / speed) });
  return `${panel.dataset.wordSending} ${details}`;
}

class Panel {
  #panel;
  #parts;
  #transfer = null;

  constructor(panel) {
    this.#panel = panel;
    this.#parts = partsOf(panel);
    const { zone, pause, resume, cancel } = this.#parts;
    zone.addEventListener('drop:files', ({ detail }) => this.take(detail.files[0]));
    pause.addEventListener('click', async () => {
      await this.#transfer?.pause();
      resume.focus();
    });
    resume.addEventListener('click', () => {
      this.#resume();
      pause.focus();
    });
    cancel.addEventListener('click', () => this.#cancel());
    // The connection is back: whoever was cut off goes on, whoever paused does not.
    window.addEventListener('online', () => { if (this.isLost) this.#resume(); });
  }

  /** Send `file`; with `uploadUrl` as the rest of an upload begun before. */
  take(file, uploadUrl = null) {
    if (this.#transfer) return;
    const { zone, buttons } = this.#parts;
    const problem = refuse(this.#panel, file);
    if (problem) {
      showState(zone, problem, 'danger');
      return;
    }
    const { lesson, endpoint, chunkBytes } = this.#panel.dataset;
    const target = { lesson, endpoint, chunkBytes: Number(chunkBytes), uploadUrl };
    this.#transfer = new Transfer(file, target, (what, detail) => this.#hear(what, detail, file));
    going.add(this);
    // While one film is on its way another would only take its place by accident.
    zone.querySelector('input[type=file]').disabled = true;
    buttons.hidden = false;
    showRunning(this.#parts, true);
    showProgress(zone, file.name, 0);
    this.#transfer.start();
  }

  #resume() {
    this.isLost = false;
    showRunning(this.#parts, true);
    this.#transfer?.start();
  }

  async #cancel() {
    const given = this.#transfer;
    this.#release();
    await given?.cancel();
    reset(this.#parts.zone);
    showState(this.#parts.zone, this.#panel.dataset.wordCancelled);
  }

  #release() {
    this.#transfer = null;
    this.isLost = false;
    going.delete(this);
    this.#parts.buttons.hidden = true;
    this.#parts.zone.querySelector('input[type=file]').disabled = false;
  }

  #hear(what, detail, file) {
    const { zone } = this.#parts;
    const words = this.#panel.dataset;
    if (what === 'waiting') showState(zone, words.wordWaiting);
    if (what === 'sending') {
      showProgress(zone, file.name, detail.sent / detail.all);
      showState(zone, sendingText(this.#panel, detail));
    }
    if (what === 'retrying') showState(zone, words.wordRetry);
    if (what === 'paused' || what === 'lost') {
      this.isLost = what === 'lost';
      showRunning(this.#parts, false);
      showState(zone, what === 'lost' ? words.wordLost : words.wordPaused);
    }
    if (what === 'refused') {
      this.#release();
      showState(zone, detail.sentence || words.wordFailed, 'danger');
    }
    if (what === 'done') this.#finish(detail.url);
  }

  async #finish(url) {
    this.#release();
    showState(this.#parts.zone, this.#panel.dataset.wordDone, 'success');
    if (url) await showStatus(this.#parts, url);
    setTimeout(() => { if (!this.#transfer) reset(this.#parts.zone); }, 3000);
  }
}

/** Make the panels below `root` work. */
export function wirePanels(root) {
  root.querySelectorAll('[data-video-panel]').forEach((panel) => {
    if (!panels.has(panel.dataset.lesson)) panels.set(panel.dataset.lesson, new Panel(panel));
  });
}

/** The panel of a lesson that is on the page. */
export const panelOf = (lesson) => panels.get(String(lesson));

/** Whether something would be cut off by leaving. */
export const isBusy = () => going.size > 0;

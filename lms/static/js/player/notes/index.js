// Notes and bookmarks at a moment of the lesson: the learner's own, saved as they are written.
import { toast } from '../../toasts.js';
import { NoteList } from './list.js';
import { Outbox, newKey } from './outbox.js';
import { Writer } from './writer.js';

// A second press within this much marks the same moment.
const SAME_MOMENT_MS = 1500;

export class LessonNotes {
  #notes = new Map();

  constructor(root, panel, { video, session, timeline, notices }) {
    Object.assign(this, { root, video, session, timeline, notices });
    const settings = JSON.parse(panel.querySelector('[data-notes-settings]').textContent);
    this.words = settings.words;
    this.list = new NoteList(panel, timeline, root.querySelector('[data-timeline]'), this.words);
    this.writer = new Writer(root.querySelector('[data-writer]'), (note) => this.#write(note));
    this.outbox = new Outbox(settings.url, settings.waiting, settings.notes);
    settings.notes.forEach((note) => this.#notes.set(note.key, note));
    this.#takeUpWaiting();
    this.#listen(panel);
    this.#show();
    if (this.outbox.waiting.length) this.outbox.flush();
  }

  // What an earlier load of this page could not send stands above what the server had.
  #takeUpWaiting() {
    for (const [key, state] of this.outbox.waiting) {
      if (state.isGone) this.#notes.delete(key);
      else this.#notes.set(key, { key, ...state });
    }
  }

  #listen(panel) {
    panel.addEventListener('click', (event) => this.#act(event));
    this.outbox.on('state', (name) => this.list.say(this.words[name]));
    this.outbox.on('refused', (key, reason) => {
      if (this.#notes.has(key)) this.#notes.get(key).reason = reason;
      this.#show();
      toast(this.words.refused.replace('{reason}', reason), 'danger');
    });
    this.outbox.on('parted', (mine, theirs) => {
      this.#notes.set(theirs.key, theirs);
      if (mine) this.#keep(mine);
      this.#show();
      toast(this.words.both, 'warning');
    });
  }

  /** The lesson is known, and so is how long its film is. */
  ready() {
    this.#show();
  }

  #act(event) {
    const button = event.target.closest('[data-note-do]');
    if (!button) return;
    const note = this.#notes.get(button.closest('[data-note]')?.dataset.note);
    const acts = {
      note: () => this.note(),
      bookmark: () => this.bookmark(),
      edit: () => this.writer.open(note, this.#moment(note)),
      jump: () => this.#jump(note),
      remove: () => this.#remove(note),
    };
    acts[button.dataset.noteDo]();
  }

  #secondsOf = (note) => {
    const seconds = note.at_ms / 1000;
    // Another film may have taken the place of the one in which it was written.
    return this.session.duration ? Math.min(seconds, this.session.duration) : seconds;
  };

  #moment(note) {
    return this.timeline.clock(this.#secondsOf(note));
  }

  #inOrder() {
    return [...this.#notes.values()].sort((one, other) => one.at_ms - other.at_ms);
  }

  #show() {
    const notes = this.#inOrder();
    this.list.show(notes, this.#secondsOf);
    this.list.mark(notes, this.#secondsOf, this.session.duration);
  }

  #now() {
    return Math.round(this.video.currentTime * 1000);
  }

  /** Open the sheet for a note at the present moment; once open, it only takes the focus. */
  note() {
    if (this.writer.isOpen && !this.#notes.has(this.writer.note.key)) {
      this.writer.open(this.writer.note, this.#moment(this.writer.note));
      return;
    }
    const note = { key: newKey(), at_ms: this.#now(), text: '' };
    this.writer.open(note, this.#moment(note));
  }

  /** Mark the present moment. */
  bookmark() {
    const at_ms = this.#now();
    const there = this.#inOrder().find((note) => !note.text && Math.abs(note.at_ms - at_ms) < SAME_MOMENT_MS);
    const note = there ?? { key: newKey(), at_ms, text: '' };
    if (!there) this.#keep(note);
    const word = there ? this.words.bookmarkedAlready : this.words.bookmarked;
    this.notices.say(word.replace('{time}', this.#moment(note)), true);
  }

  #write(note) {
    this.#keep(note);
    this.notices.say(this.words.noted.replace('{time}', this.#moment(note)), true);
  }

  #keep({ key, at_ms, text }) {
    this.#notes.set(key, { key, at_ms, text });
    this.outbox.put({ key, at_ms, text });
    this.#show();
  }

  #remove(note) {
    const goOn = this.list.focusBeside(note.key);
    this.#notes.delete(note.key);
    this.outbox.remove(note.key);
    this.#show();
    goOn();
    const word = note.text ? this.words.removed : this.words.removedMark;
    toast(word.replace('{time}', this.#moment(note)), 'success', {
      label: this.words.undo,
      act: () => { this.#keep(note); this.list.say(this.words.undone); this.list.focus(note.key); },
    });
  }

  #jump(note) {
    const seconds = this.#secondsOf(note);
    if (seconds > this.session.openSeconds) {
      toast(this.words.locked.replace('{time}', this.#moment(note)), 'warning');
      return;
    }
    this.timeline.seek(seconds);
    this.root.scrollIntoView({ block: 'nearest' });
  }
}

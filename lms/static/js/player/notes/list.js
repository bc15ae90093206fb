// The list below the film and the marks on the timeline: what there is, in the order of the film.
export class NoteList {
  constructor(panel, timeline, line, words) {
    Object.assign(this, { panel, timeline, line, words });
    this.list = panel.querySelector('[data-notes-list]');
    this.template = panel.querySelector('[data-note-template]');
    this.sign = panel.querySelector('[data-mark-sign]');
    this.count = panel.querySelector('[data-notes-count]');
    this.state = panel.querySelector('[data-notes-state]');
  }

  /** Show these notes; what was refused has its reason. */
  show(notes, secondsOf) {
    const focus = this.#focused();
    this.list.replaceChildren(...notes.map((note) => this.#item(note, this.timeline.clock(secondsOf(note)))));
    this.count.textContent = notes.length || '';
    this.panel.querySelector('[data-notes-empty]').hidden = notes.length > 0;
    this.panel.querySelector('[data-notes-all]').hidden = notes.length === 0;
    if (focus) this.focus(...focus);
  }

  #focused() {
    const at = document.activeElement;
    const item = at?.closest?.('[data-note]');
    return item && this.list.contains(item) ? [item.dataset.note, at.dataset.noteDo] : null;
  }

  #item(note, moment) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.note = note.key;
    const jump = item.querySelector('[data-note-do="jump"]');
    jump.textContent = moment;
    jump.setAttribute('aria-label', this.words.jump.replace('{time}', moment));
    for (const name of ['edit', 'remove']) {
      const button = item.querySelector(`[data-note-do="${name}"]`);
      button.title = button.getAttribute('aria-label');
      button.setAttribute('aria-label', `${button.title} ${moment}`);
    }
    const text = item.querySelector('[data-note-text]');
    if (note.text) text.textContent = note.text;
    else text.append(this.sign.content.cloneNode(true), this.words.bookmark);
    text.classList.toggle('muted', !note.text);
    this.#tellProblem(item, note);
    return item;
  }

  #tellProblem(item, { reason }) {
    const problem = item.querySelector('[data-note-problem]');
    problem.hidden = !reason;
    problem.textContent = reason ? this.words.refused.replace('{reason}', reason) : '';
  }

  focus(key, name = 'jump') {
    this.list.querySelector(`[data-note="${key}"] [data-note-do="${name}"]`)?.focus({ preventScroll: true });
  }

  /** Where the focus goes when a note is gone: to the next one, or the one before, or the button. */
  focusBeside(key) {
    const item = this.list.querySelector(`[data-note="${key}"]`);
    const beside = item?.nextElementSibling ?? item?.previousElementSibling;
    const next = beside?.dataset.note;
    return () => (next ? this.focus(next) : this.panel.querySelector('[data-note-do="note"]').focus());
  }

  /** Say how saving goes; the same words are said once. */
  say(text) {
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  /** Small flags on the timeline. They are for the eye alone: the list says and does the same. */
  mark(notes, secondsOf, duration) {
    this.line.querySelectorAll('.player-mark').forEach((mark) => mark.remove());
    if (!duration) return;
    this.line.append(...notes.map((note) => {
      const mark = document.createElement('span');
      mark.className = note.text ? 'player-mark player-mark-note' : 'player-mark';
      mark.setAttribute('aria-hidden', 'true');
      mark.style.setProperty('--place', `${((secondsOf(note) / duration) * 100).toFixed(3)}%`);
      return mark;
    }));
  }
}

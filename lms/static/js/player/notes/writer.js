// The sheet in which a note is written or changed. It remembers the moment at which it was opened.
export class Writer {
  constructor(form, onSave) {
    Object.assign(this, { form, onSave });
    this.words = form.querySelector('[data-writer-words]');
    this.moment = form.querySelector('[data-writer-moment]');
    form.addEventListener('submit', (event) => { event.preventDefault(); this.#save(); });
    form.querySelector('[data-writer-cancel]').addEventListener('click', () => this.close());
    form.addEventListener('keydown', (event) => this.#key(event));
  }

  get isOpen() {
    return !this.form.hidden;
  }

  /** Open for a note; words of another that are still being written are saved first. */
  open(note, moment) {
    if (this.isOpen && this.note.key !== note.key) this.#save();
    const at = document.activeElement;
    if (!this.form.contains(at)) this.before = at;
    this.note = note;
    this.moment.textContent = moment;
    if (!this.isOpen) this.words.value = note.text;
    this.form.hidden = false;
    this.words.focus();
    this.words.scrollIntoView({ block: 'nearest' });
  }

  close() {
    this.form.hidden = true;
    this.words.value = '';
    const back = this.before?.isConnected && this.before !== document.body ? this.before : this.form.closest('[data-player]');
    back.focus({ preventScroll: true });
  }

  #save() {
    const text = this.words.value.trim();
    const { note } = this;
    this.close();
    if (text || note.text) this.onSave({ ...note, text });
  }

  #key(event) {
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// Type a few words, choose from the list: the combobox pattern of WAI-ARIA 1.2.
const PAUSE_MS = 200;

/** A text control, a hidden one for the id, a list and a line that says how it stands. */
export class Combobox {
  constructor(root) {
    this.root = root;
    [this.input, this.hidden] = root.querySelectorAll('input');
    this.list = root.querySelector('[role="listbox"]');
    this.state = root.querySelector('[role="status"]');
    this.active = -1;
    this.asked = 0;
    this.declare();
    this.listen();
  }

  declare() {
    const { input, list } = this;
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', list.id);
    input.setAttribute('aria-expanded', 'false');
  }

  listen() {
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('focus', () => this.focused());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
    this.input.addEventListener('blur', () => this.close());
    // The control would lose its focus, and the list close, before the click arrives.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('[role="option"]');
      if (option) this.choose(option);
    });
  }

  typed() {
    this.hidden.value = '';
    this.state.textContent = '';
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE_MS);
  }

  /** Where what is typed is looked for. */
  address() {
    throw new Error('each picker has its own');
  }

  /** Of an answer, the list of { id, name, note }. */
  rowsOf(_answer) {
    throw new Error('each picker has its own');
  }

  /** Whether there is anything to ask for. */
  canSearch() {
    return Boolean(this.text);
  }

  /** What offers itself before anything is typed; by itself nothing does. */
  focused() {}

  get text() {
    return this.input.value.trim();
  }

  async search() {
    const turn = ++this.asked;
    if (!this.canSearch()) {
      this.close();
      return;
    }
    try {
      const answer = await fetch(this.address(), { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const rows = this.rowsOf(await answer.json());
      // An answer that another has overtaken is of no use any more.
      if (turn === this.asked) this.show(rows);
    } catch {
      if (turn === this.asked) this.say(this.root.dataset.failed);
    }
  }

  show(rows) {
    this.list.replaceChildren(...rows.map((each, index) => this.option(each, index)));
    this.setActive(-1);
    if (document.activeElement !== this.input) return;
    this.setOpen(rows.length > 0);
    const { none, found } = this.root.dataset;
    this.say(rows.length ? found.replace('{count}', rows.length) : none);
  }

  option(row, index) {
    const item = document.createElement('li');
    item.id = `${this.list.id}-${index}`;
    item.className = 'combobox-option';
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.id = row.id;
    item.dataset.name = row.name;
    item.dataset.note = row.note;
    const note = document.createElement('small');
    note.textContent = row.note;
    item.append(row.name, note);
    return item;
  }

  pressed(event) {
    const { isComposing, key } = event;
    if (isComposing) return;
    if (key === 'ArrowDown' || key === 'ArrowUp') this.step(event, key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter' && this.isOpen && this.active >= 0) {
      event.preventDefault();
      this.choose(this.list.children[this.active]);
    } else if (key === 'Escape' && this.isOpen) {
      event.preventDefault();
      this.close();
    }
  }

  step(event, by) {
    event.preventDefault();
    const count = this.list.children.length;
    if (!this.isOpen) {
      if (count) this.setOpen(true);
      else this.search();
    }
    if (count) this.setActive((this.active + by + count + (this.active < 0 && by < 0)) % count);
  }

  setActive(index) {
    this.active = index;
    [...this.list.children].forEach((item, at) => item.setAttribute('aria-selected', String(at === index)));
    const item = this.list.children[index];
    if (item) this.input.setAttribute('aria-activedescendant', item.id);
    else this.input.removeAttribute('aria-activedescendant');
    item?.scrollIntoView({ block: 'nearest' });
  }

  choose(option) {
    this.input.value = option.dataset.name;
    this.hidden.value = option.dataset.id;
    this.close();
    this.list.replaceChildren();
    this.say(option.dataset.note);
    this.hidden.dispatchEvent(new Event('change', { bubbles: true }));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  setOpen(open) {
    this.list.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.setOpen(false);
    this.setActive(-1);
  }

  say(text) {
    this.state.textContent = text;
  }
}

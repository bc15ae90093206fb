// Type the beginning of a name, choose from the list: the combobox pattern of WAI-ARIA 1.2.
import { chosenDivision } from './division-picker.js';

const PAUSE_MS = 200;

class OrganizationPicker {
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

  focused() {
    if (this.root.dataset.divisionField && !this.hidden.value) this.search();
  }

  address() {
    const query = new URLSearchParams({ q: this.input.value.trim() });
    this.root.dataset.kinds.split(' ').forEach((kind) => query.append('kind', kind));
    const division = this.division();
    if (division) query.set('division', division);
    return `${this.root.dataset.organizationPicker}?${query}`;
  }

  division() {
    const id = this.root.dataset.divisionField;
    const picker = id && document.getElementById(id);
    return picker ? chosenDivision(picker) : '';
  }

  async search() {
    const turn = ++this.asked;
    if (!this.input.value.trim() && !this.division()) {
      this.close();
      return;
    }
    try {
      const answer = await fetch(this.address(), { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { organizations } = await answer.json();
      // An answer that another has overtaken is of no use any more.
      if (turn === this.asked) this.show(organizations);
    } catch {
      if (turn === this.asked) this.say(this.root.dataset.failed);
    }
  }

  show(organizations) {
    this.list.replaceChildren(...organizations.map((each, index) => this.option(each, index)));
    this.setActive(-1);
    if (document.activeElement !== this.input) return;
    this.setOpen(organizations.length > 0);
    const { none, found } = this.root.dataset;
    this.say(organizations.length ? found.replace('{count}', organizations.length) : none);
  }

  option(organization, index) {
    const item = document.createElement('li');
    item.id = `${this.list.id}-${index}`;
    item.className = 'combobox-option';
    item.setAttribute('role', 'option');
    item.setAttribute('aria-selected', 'false');
    item.dataset.id = organization.id;
    item.dataset.name = organization.name;
    item.dataset.note = organization.note;
    const note = document.createElement('small');
    note.textContent = organization.note;
    item.append(organization.name, note);
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

/** Let a field offer organizations while one types. */
export function startOrganizationPicker(root) {
  new OrganizationPicker(root);
}

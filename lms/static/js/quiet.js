// The timeline of a film on which a trainer forbids stretches: drawn with the pointer, moved by its
// ends with the pointer or the arrow keys, or written into the fields, which alone are sent.
const SVG = 'http://www.w3.org/2000/svg';
const SMALLEST_SECONDS = 1;

/** Seconds from "m:ss" or "h:mm:ss"; null for anything else. */
function read(text) {
  const match = /^\s*(?:(\d{1,2})[:\uff1a])?(\d{1,4})[:\uff1a](\d{1,2})\s*$/.exec(text);
  if (!match || Number(match[3]) > 59 || (match[1] && Number(match[2]) > 59)) return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}

function write(seconds) {
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

class Editor {
  constructor(form) {
    this.form = form;
    this.seconds = Number(form.dataset.seconds);
    this.last = Number(form.dataset.last);
    this.window = Number(form.dataset.window);
    this.line = form.querySelector('[data-quiet-line]');
    this.list = form.querySelector('[data-quiet-rows]');
    this.more = form.querySelector('[data-quiet-more]');
    this.more.hidden = false;
    this.more.addEventListener('click', () => this.add('', '').querySelector('input').focus());
    this.list.addEventListener('input', () => this.draw());
    this.list.addEventListener('click', (event) => this.#removed(event));
    this.line.addEventListener('pointerdown', (event) => this.#begin(event));
    this.rows().forEach((row) => this.#wire(row));
    this.draw();
  }

  rows() {
    return [...this.list.querySelectorAll('[data-quiet-row]')];
  }

  fields(row) {
    return [row.querySelector('[data-quiet-start]'), row.querySelector('[data-quiet-end]')];
  }

  /** The stretch of a row as [start, end], or null while it is none. */
  stretch(row) {
    const [start, end] = this.fields(row).map((input) => read(input.value));
    return start !== null && end !== null && start < end && end <= this.last ? [start, end] : null;
  }

  #wire(row) {
    row.querySelector('[data-quiet-remove]').hidden = false;
  }

  /** A row with these texts: an empty one if there is one, else a new one. */
  add(start, end) {
    const isEmpty = (row) => this.fields(row).every((input) => !input.value.trim());
    const row = this.rows().find(isEmpty) ?? this.#newRow();
    const [first, second] = this.fields(row);
    first.value = start;
    second.value = end;
    this.draw();
    return row;
  }

  #newRow() {
    const row = this.rows().at(-1).cloneNode(true);
    row.querySelectorAll('.field-error').forEach((error) => error.remove());
    const number = `new-${(this.made = (this.made ?? 0) + 1)}`;
    for (const input of this.fields(row)) {
      input.value = '';
      input.classList.remove('is-invalid');
      input.removeAttribute('aria-invalid');
      input.closest('.field').classList.remove('field-invalid');
      const label = row.querySelector(`label[for="${input.id}"]`);
      input.id = `${input.id}-${number}`;
      label.htmlFor = input.id;
    }
    this.list.append(row);
    return row;
  }

  #removed(event) {
    const button = event.target.closest('[data-quiet-remove]');
    if (!button) return;
    const row = button.closest('[data-quiet-row]');
    if (this.rows().length > 1) row.remove();
    else this.fields(row).forEach((input) => { input.value = ''; });
    this.form.dataset.changed = 'yes';
    this.draw();
    this.more.focus();
  }

  #percent(seconds) {
    return Math.min(100, (seconds / this.seconds) * 100);
  }

  /** Show what the fields say: bars, the places that are left, and a grip at each end. */
  draw() {
    const found = this.rows().map((row) => [row, this.stretch(row)]).filter(([, stretch]) => stretch);
    const bars = found.map(([, [start, end]]) => shape('rect', {
      class: 'quiet-bar', x: this.#percent(start), y: 0, width: this.#percent(end) - this.#percent(start), height: 10,
    }));
    this.line.querySelector('[data-quiet-bars]').replaceChildren(...bars);
    this.#drawMarks(found.map(([, stretch]) => stretch));
    this.#drawGrips(found);
  }

  #drawMarks(stretches) {
    const marks = [...this.line.querySelectorAll('[data-quiet-marks] line')];
    marks.forEach((mark, place) => {
      const at = (place + 1) * this.window;
      const isLast = place === marks.length - 1;
      const isShut = !isLast && stretches.some(([start, end]) => start < at && at < end);
      mark.classList.toggle('is-shut', isShut);
    });
  }

  // Grips stay what they are while somebody holds one: only their places change.
  #drawGrips(found) {
    const wanted = found.flatMap(([row], place) => [0, 1].map((side) => ({ row, side, number: place + 1 })));
    const grips = [...this.line.querySelectorAll('.quiet-grip')];
    grips.slice(wanted.length).forEach((grip) => grip.remove());
    wanted.forEach((each, place) => this.#showGrip(grips[place] ?? this.#newGrip(), each));
  }

  #newGrip() {
    const grip = document.createElement('button');
    grip.type = 'button';
    grip.className = 'quiet-grip';
    grip.setAttribute('role', 'slider');
    grip.addEventListener('keydown', (event) => this.#key(grip, event));
    grip.addEventListener('pointerdown', (event) => this.#hold(grip, event));
    this.line.append(grip);
    return grip;
  }

  #showGrip(grip, { row, side, number }) {
    grip.row = row;
    grip.side = side;
    const seconds = this.stretch(row)[side];
    const word = side ? this.form.dataset.wordEnd : this.form.dataset.wordStart;
    grip.style.setProperty('--place', `${this.#percent(seconds)}%`);
    grip.setAttribute('aria-label', word.replace('{number}', number));
    grip.setAttribute('aria-valuemin', '0');
    grip.setAttribute('aria-valuemax', this.last);
    grip.setAttribute('aria-valuenow', seconds);
    grip.setAttribute('aria-valuetext', write(seconds));
  }

  /** Move one end; it never passes the other one. */
  #move(grip, seconds) {
    const [start, end] = this.stretch(grip.row);
    const [least, most] = grip.side ? [start + SMALLEST_SECONDS, this.last] : [0, end - SMALLEST_SECONDS];
    this.fields(grip.row)[grip.side].value = write(Math.max(least, Math.min(most, Math.round(seconds))));
    this.form.dataset.changed = 'yes';
    this.draw();
  }

  #key(grip, event) {
    const now = this.stretch(grip.row)[grip.side];
    const step = event.shiftKey ? 10 : 1;
    const places = {
      ArrowLeft: now - step,
      ArrowDown: now - step,
      ArrowRight: now + step,
      ArrowUp: now + step,
      PageDown: now - this.window,
      PageUp: now + this.window,
      Home: 0,
      End: this.last,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.#move(grip, places[event.key]);
  }

  #secondsAt(event) {
    const box = this.line.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    return Math.min(this.last, Math.round(share * this.seconds));
  }

  #hold(grip, event) {
    event.stopPropagation();
    event.preventDefault();
    grip.focus();
    this.#follow(grip, event, (moved) => this.#move(grip, this.#secondsAt(moved)), () => {});
  }

  #follow(target, event, moved, ended) {
    const stop = new AbortController();
    target.setPointerCapture(event.pointerId);
    target.addEventListener('pointermove', moved, { signal: stop.signal });
    for (const name of ['pointerup', 'pointercancel']) {
      target.addEventListener(name, (last) => { stop.abort(); ended(last); }, { signal: stop.signal });
    }
  }

  #begin(event) {
    if (event.button !== 0) return;
    const from = this.#secondsAt(event);
    const drawn = document.createElement('span');
    drawn.className = 'quiet-drawn';
    this.line.append(drawn);
    const show = (moved) => {
      const ends = [from, this.#secondsAt(moved)].sort((a, b) => a - b);
      drawn.style.setProperty('--from', `${this.#percent(ends[0])}%`);
      drawn.style.setProperty('--to', `${this.#percent(ends[1])}%`);
    };
    show(event);
    this.#follow(this.line, event, show, (last) => {
      drawn.remove();
      const [start, end] = [from, this.#secondsAt(last)].sort((a, b) => a - b);
      if (last.type !== 'pointerup' || end - start < SMALLEST_SECONDS) return;
      this.add(write(start), write(end));
      this.form.dataset.changed = 'yes';
    });
  }
}

function wire(root) {
  root.querySelectorAll('form[data-quiet]').forEach((form) => {
    form.editor ??= new Editor(form);
  });
}

wire(document);
document.addEventListener('part:loaded', (event) => wire(event.target));

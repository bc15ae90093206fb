// The lines of a blueprint: their sum while they are typed, moved and removed without a round trip.
// Without this script the same buttons send the form, and the page comes back with the lines moved.
const box = document.querySelector('[data-blueprint]');
const sum = box.querySelector('[data-blueprint-sum]');
const say = box.querySelector('[data-blueprint-say]');
const titles = box.querySelector('[data-blueprint-sections]');

const lines = () => [...box.querySelectorAll('[data-blueprint-line]')];
const fields = (line) => [...line.querySelectorAll('input, select')];
const part = (line, name) => fields(line).find((field) => field.name.endsWith(`-${name}`));
const values = (line) => fields(line).map((field) => field.value);

function number(line, name) {
  const text = part(line, name).value.trim();
  return /^\d+$/.test(text) ? Number(text) : 0;
}

function show() {
  let count = 0;
  let points = 0;
  for (const line of lines()) {
    count += number(line, 'count');
    points += number(line, 'count') * number(line, 'points');
  }
  const text = sum.dataset.words.replace('{count}', count).replace('{points}', points);
  if (sum.textContent !== text) sum.textContent = text;
  const known = new Set(lines().map((line) => part(line, 'section').value.trim()).filter(Boolean));
  titles.replaceChildren(...[...known].map((title) => new Option('', title)));
}

/** What is told of a line goes once the line holds something else. */
function unmark(line) {
  line.querySelectorAll('.field-error').forEach((error) => error.remove());
  line.querySelectorAll('.field-invalid').forEach((field) => field.classList.remove('field-invalid'));
  for (const field of fields(line)) {
    field.classList.remove('is-invalid');
    field.removeAttribute('aria-invalid');
  }
}

function write(line, texts) {
  fields(line).forEach((field, place) => { field.value = texts[place]; });
  unmark(line);
}

function empty(line) {
  return fields(line).map((field) => (field.tagName === 'SELECT' ? field.options[0].value : ''));
}

// The values move and the fields stay, so that their names go on telling the order.
function swap(one, other) {
  const [first, second] = [values(one), values(other)];
  write(one, second);
  write(other, first);
}

function remove(place) {
  const all = lines();
  for (let next = place; next < all.length - 1; next += 1) write(all[next], values(all[next + 1]));
  write(all.at(-1), empty(all.at(-1)));
}

function tell(text, from, to) {
  say.textContent = text.replace('{from}', from + 1).replace('{to}', to + 1);
}

box.addEventListener('click', (event) => {
  const button = event.target.closest('[data-way]');
  if (!button) return;
  event.preventDefault();
  const all = lines();
  const place = all.indexOf(button.closest('[data-blueprint-line]'));
  const { way } = button.dataset;
  if (way === 'remove') {
    remove(place);
    tell(box.dataset.removed, place, place);
  } else {
    const target = place + (way === 'up' ? -1 : 1);
    if (!all[target]) return;
    swap(all[place], all[target]);
    all[target].querySelector(`[data-way="${way}"]`).focus();
    tell(box.dataset.moved, place, target);
  }
  // Whoever leaves the page is asked whether to keep what was changed.
  box.dispatchEvent(new Event('input', { bubbles: true }));
});
box.addEventListener('input', show);
show();

// The trainer's pages: the price while hours are typed, hours taken over from the films, what file
// was chosen, rows of options.
import { showState } from './dropzone.js';

/** Hours as written, in tenths; null for anything else. */
function tenths(text) {
  const match = /^\s*(\d{1,6})(?:\.(\d))?\s*$/.exec(text);
  return match ? Number(match[1]) * 10 + Number(match[2] ?? 0) : null;
}

/** The price in fen, rounded half up, as the server reckons it. */
function priceFen(hoursTenths, fenPerHour) {
  return Math.floor((hoursTenths * fenPerHour + 5) / 10);
}

function wirePrice(box) {
  const line = box.querySelector('[data-price-line]');
  const show = () => {
    const isPublic = box.querySelector('input[name=category]:checked')?.value === 'public';
    const amount = tenths(box.querySelector('input[name=hours]').value);
    line.hidden = amount === null && !isPublic;
    const fen = isPublic ? 0 : priceFen(amount ?? 0, Number(box.dataset.fenPerHour));
    const text = isPublic ? box.dataset.free : `¥${(fen / 100).toFixed(2)}`;
    box.querySelector('[data-price]').textContent = text;
  };
  box.addEventListener('input', show);
  show();
}

/** A suggestion beside a field: the button writes it in, and whatever listens hears of it. */
function wireSuggestion(button) {
  const input = button.closest('form').elements[button.dataset.fill];
  button.hidden = !input;
  button.addEventListener('click', () => {
    input.value = button.dataset.value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.focus();
  });
}

function wireFile(zone) {
  const form = zone.closest('form');
  const input = zone.querySelector('input[type=file]');
  zone.addEventListener('drop:files', ({ detail }) => {
    const limit = Number(form.dataset.maxBytes ?? Infinity);
    const isTooLarge = detail.files[0].size > limit;
    input.setCustomValidity(isTooLarge ? form.dataset.tooLarge : '');
    zone.querySelector('progress').hidden = true;
    showState(zone, isTooLarge ? form.dataset.tooLarge : '', isTooLarge ? 'danger' : 'info');
  });
  form.addEventListener('submit', (event) => {
    if (input.validationMessage && input.files.length) {
      event.preventDefault();
      input.focus();
    }
  }, { capture: true });
}

function wireOptions(list) {
  const rows = [...list.querySelectorAll('[data-option-row]')];
  const more = list.parentElement.querySelector('[data-option-more]');
  const spare = () => rows.filter((row) => row.hidden);
  const shown = Number(list.dataset.optionRows || 4);
  const fields = (row) => [...row.querySelectorAll('input[type=text], textarea')];
  // A row left empty before one that is not stays in sight: it is what must be mended.
  const last = rows.findLastIndex((row) => fields(row).some((field) => field.value));
  rows.forEach((row, place) => { row.hidden = place >= shown && place > last; });
  more.hidden = !spare().length;
  more.addEventListener('click', () => {
    const [row] = spare();
    row.hidden = false;
    fields(row)[0].focus();
    more.hidden = !spare().length;
  });
}

document.querySelectorAll('[data-price-form]').forEach(wirePrice);
document.querySelectorAll('[data-fill]').forEach(wireSuggestion);
document.querySelectorAll('form [data-drop-zone]').forEach(wireFile);
document.querySelectorAll('[data-option-rows]').forEach(wireOptions);

// On a phone the tabs scroll sideways; the one that is open must be in sight. The page itself stays
// where its address points.
document.querySelectorAll('.tabs').forEach((bar) => {
  const open = bar.querySelector('[aria-current]');
  if (open) bar.scrollLeft = open.offsetLeft - bar.offsetLeft - (bar.clientWidth - open.offsetWidth) / 2;
});

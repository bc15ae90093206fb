// The order of lessons: drag a handle, or lift it with the space bar and move it with the arrows.
import { toast } from './toasts.js';

const TOKEN = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const EDGE = 80;
const SPEED = 14;

const rowsOf = (list) => [...list.querySelectorAll(':scope > [data-lesson]')];
const idsOf = (list) => rowsOf(list).map((row) => row.dataset.lesson).join(',');

/** Numbers, and which buttons lead nowhere, as the rows stand now. */
export function renumber(list) {
  const rows = rowsOf(list);
  rows.forEach((row, place) => {
    row.querySelector('[data-lesson-number]').textContent = place + 1;
    row.querySelector('[name=direction][value=up]').disabled = place === 0;
    row.querySelector('[name=direction][value=down]').disabled = place === rows.length - 1;
    row.querySelector('[data-lesson-handle]').hidden = rows.length < 2;
  });
}

function restore(list, ids) {
  const rows = new Map(rowsOf(list).map((row) => [row.dataset.lesson, row]));
  ids.split(',').forEach((id) => list.append(rows.get(id)));
  renumber(list);
}

function say(list, name, row) {
  const rows = rowsOf(list);
  const values = { title: row.dataset.title, place: rows.indexOf(row) + 1, count: rows.length };
  const text = list.dataset[`word${name}`].replace(/\{(\w+)\}/g, (_all, key) => values[key]);
  document.querySelector('[data-order-say]').textContent = text;
}

async function refused(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return '';
  }
}

/** Save the order as it stands; what is refused is put back as it was. */
async function save(list, before, row) {
  renumber(list);
  if (idsOf(list) === before) return;
  const body = new URLSearchParams({ order: idsOf(list) });
  const headers = { 'X-CSRFToken': TOKEN, Accept: 'application/json' };
  let problem = list.dataset.wordFailed;
  try {
    const response = await fetch(list.dataset.orderUrl, { method: 'POST', body, headers });
    if (response.ok) {
      say(list, 'Dropped', row);
      return;
    }
    problem = (await refused(response)) || problem;
  } catch {
    // The connection is gone; the sentence says so.
  }
  restore(list, before);
  toast(problem, 'danger');
}

function wireKeyboard(list) {
  let lifted = null;
  const end = () => {
    lifted.row.classList.remove('is-lifted');
    lifted.handle.setAttribute('aria-pressed', 'false');
    lifted = null;
  };
  const lift = (row, handle) => {
    lifted = { row, handle, before: idsOf(list) };
    row.classList.add('is-lifted');
    handle.setAttribute('aria-pressed', 'true');
    say(list, 'Lifted', row);
  };
  const drop = () => {
    const { row, before } = lifted;
    end();
    save(list, before, row);
  };
  const cancel = () => {
    const { row, handle, before } = lifted;
    end();
    restore(list, before);
    handle.focus();
    say(list, 'Cancelled', row);
  };
  const step = (down) => {
    const { row, handle } = lifted;
    const other = down ? row.nextElementSibling : row.previousElementSibling;
    if (!other) return;
    if (down) other.after(row);
    else other.before(row);
    // Moving an element takes the focus away from it.
    handle.focus();
    row.scrollIntoView({ block: 'nearest' });
    say(list, 'Moved', row);
  };
  list.addEventListener('keydown', (event) => {
    const handle = event.target.closest('[data-lesson-handle]');
    if (!handle) return;
    const isSpace = event.key === ' ' || event.key === 'Enter';
    if (isSpace && lifted) drop();
    else if (isSpace) lift(handle.closest('[data-lesson]'), handle);
    else if (lifted && event.key === 'Escape') cancel();
    else if (lifted && event.key.startsWith('Arrow')) step(['ArrowDown', 'ArrowRight'].includes(event.key));
    else return;
    event.preventDefault();
  });
  list.addEventListener('focusout', (event) => {
    // Whoever goes elsewhere with a lesson in hand lays it down there.
    if (lifted && event.target === lifted.handle && event.relatedTarget) drop();
  });
}

/** Fold away what lessons hold, or show it again, without the handle leaving the pointer. */
function fold(list, handle, isFolded) {
  const top = handle.getBoundingClientRect().top;
  list.style.marginTop = '';
  list.classList.toggle('is-ordering', isFolded);
  window.scrollBy({ top: handle.getBoundingClientRect().top - top, behavior: 'instant' });
  // The page may have become too short above to scroll as far.
  const rest = top - handle.getBoundingClientRect().top;
  if (isFolded && rest > 0) list.style.marginTop = `${rest}px`;
}

function wirePointer(list) {
  let drag = null;
  const place = () => {
    const { row, y } = drag;
    const above = row.previousElementSibling;
    const below = row.nextElementSibling;
    const middle = (other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2;
    };
    if (above && y < middle(above)) above.before(row);
    else if (below && y > middle(below)) below.after(row);
    else return false;
    return true;
  };
  const tick = () => {
    if (!drag) return;
    const low = window.innerHeight - EDGE;
    if (drag.y < EDGE) window.scrollBy(0, -SPEED);
    else if (drag.y > low) window.scrollBy(0, SPEED);
    while (place());
    requestAnimationFrame(tick);
  };
  const end = (keepIt) => {
    if (!drag) return;
    const { row, handle, before } = drag;
    drag = null;
    row.classList.remove('is-lifted');
    fold(list, handle, false);
    if (keepIt) save(list, before, row);
    else restore(list, before);
  };
  list.addEventListener('pointerdown', (event) => {
    const handle = event.target.closest('[data-lesson-handle]');
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    const row = handle.closest('[data-lesson]');
    handle.focus();
    drag = { row, handle, before: idsOf(list), y: event.clientY };
    row.classList.add('is-lifted');
    fold(list, handle, true);
    requestAnimationFrame(tick);
  });
  // On the document: an element that is moved in the page loses the capture of the pointer.
  document.addEventListener('pointermove', (event) => { if (drag) drag.y = event.clientY; });
  document.addEventListener('pointerup', () => end(true));
  document.addEventListener('pointercancel', () => end(false));
  document.addEventListener('keydown', (event) => { if (drag && event.key === 'Escape') end(false); });
}

document.querySelectorAll('[data-lessons]').forEach((list) => {
  renumber(list);
  wireKeyboard(list);
  wirePointer(list);
});

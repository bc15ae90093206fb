// Reading a book chapter by chapter: size of the text, arrow keys, and where one was last time.
import { keep, recall } from './memory.js';

const SIZES = [0.875, 1, 1.125, 1.25, 1.5, 1.75];
const NORMAL = 1;

function wireSizes(text, box) {
  const now = box.querySelector('[data-book-size-now]');
  let place = recall('book-size', NORMAL);
  const show = () => {
    place = Math.max(0, Math.min(SIZES.length - 1, place));
    text.style.setProperty('--book-size', `${SIZES[place]}rem`);
    now.textContent = `${Math.round(SIZES[place] * 100)}%`;
    box.querySelector('[data-book-size="-1"]').disabled = place === 0;
    box.querySelector('[data-book-size="1"]').disabled = place === SIZES.length - 1;
  };
  box.addEventListener('click', (event) => {
    const step = event.target.closest('[data-book-size]')?.dataset.bookSize;
    if (!step) return;
    place += Number(step);
    show();
    keep('book-size', place);
  });
  box.hidden = false;
  show();
}

/** Offer the chapter read last to whoever comes in by the front; then remember this one. */
function wireMemory(page) {
  const name = `book:${page.dataset.book}`;
  const here = Number(page.dataset.chapter);
  const last = recall(name, here);
  const offer = page.querySelector('[data-book-resume]');
  const cameFromInside = document.referrer.includes('/etextbook/');
  if (last !== here && here === 1 && !cameFromInside) {
    const link = offer.querySelector('a');
    link.href = String(last);
    link.textContent = page.dataset.wordResume.replace('{chapter}', last);
    offer.hidden = false;
    return;
  }
  keep(name, here);
}

function wireKeys() {
  const isTyping = (target) => target.closest('input, textarea, select, [contenteditable]');
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const rel = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
    if (rel) document.querySelector(`.book-turns a[rel="${rel}"]`)?.click();
  });
}

const page = document.querySelector('.book-page');
wireSizes(page.querySelector('[data-book-text]'), page.querySelector('[data-book-sizes]'));
wireMemory(page);
wireKeys();
// On a phone the contents would stand before every chapter.
if (window.matchMedia('(max-width: 61.99rem)').matches || window.parent !== window) {
  page.querySelector('[data-book-contents]').open = false;
}

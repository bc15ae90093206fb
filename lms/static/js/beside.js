// An e-textbook beside the film, or below it on a phone: the reader's own page in a frame. The film
// and its page stay as they are. The reader itself remembers the page; this remembers the book.
import { keep, recall } from './reader/memory.js';

const LEAST = 30;
const MOST = 70;
const STEP = 5;

const page = document.querySelector('[data-watch-page]');
const beside = page.querySelector('[data-book-beside]');
const split = page.querySelector('[data-book-split]');
const title = beside.querySelector('[data-book-title]');
const away = beside.querySelector('[data-book-away]');
const links = [...page.querySelectorAll('[data-book-open]')];
const remembered = `beside:${page.dataset.course}`;
let frame = null;
let opener = null;

// A book in chapters opens at the one read last; of a PDF the reader finds the page itself.
function addressOf(link) {
  const chapter = recall(`book:${link.dataset.bookOpen}`);
  const isInChapters = link.dataset.format !== 'pdf' && Number.isInteger(chapter);
  return isInChapters ? `${link.getAttribute('href')}/${chapter}` : link.getAttribute('href');
}

function show(link) {
  const isSame = frame?.dataset.book === link.dataset.bookOpen;
  if (!isSame) {
    frame?.remove();
    frame = document.createElement('iframe');
    Object.assign(frame, { className: 'book-frame', src: addressOf(link), title: link.dataset.title });
    frame.dataset.book = link.dataset.bookOpen;
    beside.append(frame);
  }
  title.textContent = link.dataset.title;
  away.href = link.href;
  beside.hidden = false;
  split.hidden = false;
  page.classList.add('has-book');
  links.forEach((each) => each.setAttribute('aria-expanded', String(each === link)));
  keep(remembered, link.dataset.bookOpen);
}

function close() {
  beside.hidden = true;
  split.hidden = true;
  page.classList.remove('has-book');
  links.forEach((each) => each.setAttribute('aria-expanded', 'false'));
  keep(remembered, null);
  (opener ?? links[0]).focus();
}

function setShare(share) {
  const kept = Math.max(LEAST, Math.min(MOST, Math.round(share)));
  page.style.setProperty('--film', `${kept}fr`);
  page.style.setProperty('--book', `${100 - kept}fr`);
  split.setAttribute('aria-valuenow', kept);
  keep('beside-share', kept);
}

const shareNow = () => Number(split.getAttribute('aria-valuenow'));

function dragTo(event) {
  const box = page.getBoundingClientRect();
  setShare(((event.clientX - box.left) / box.width) * 100);
}

function wireSplit() {
  const moves = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -100, End: 100 };
  split.addEventListener('keydown', (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    // The arrows also move the film; here they move its edge.
    event.stopPropagation();
    setShare(shareNow() + moves[event.key]);
  });
  split.addEventListener('pointerdown', (event) => {
    split.setPointerCapture(event.pointerId);
    page.toggleAttribute('data-dragging', true);
    split.addEventListener('pointermove', dragTo);
  });
  split.addEventListener('lostpointercapture', () => {
    page.toggleAttribute('data-dragging', false);
    split.removeEventListener('pointermove', dragTo);
  });
  setShare(recall('beside-share', 55));
}

function wireLinks() {
  for (const link of links) {
    link.removeAttribute('target');
    link.querySelector('[data-book-window]').remove();
    link.setAttribute('role', 'button');
    link.setAttribute('aria-controls', 'book-beside');
    link.setAttribute('aria-expanded', 'false');
    link.addEventListener('click', (event) => {
      // Whoever asks for a new tab or window gets it.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      opener = link;
      show(link);
      beside.focus({ preventScroll: true });
      beside.scrollIntoView({ block: window.matchMedia('(max-width: 68.74rem)').matches ? 'start' : 'nearest' });
    });
    link.addEventListener('keydown', (event) => {
      if (event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      link.click();
    });
  }
}

wireSplit();
wireLinks();
beside.querySelector('[data-book-close]').addEventListener('click', close);
beside.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
const last = links.find((link) => link.dataset.bookOpen === recall(remembered));
if (last) show(last);

// The reader of a lesson: puts the parts together. Page by page the server decides what may be
// opened, by the gate that also gives a film its keys; this asks, shows, and tells the time.
import { Finisher } from './player/finisher.js';
import { Gate } from './player/gate.js';
import { LessonNotes } from './player/notes/index.js';
import { Notices } from './player/notices.js';
import { Popup } from './player/popup.js';
import { PreviewEnd } from './player/preview.js';
import { Session } from './player/session.js';
import { Meter } from './reading/meter.js';
import { PageServer, Place, PreviewPages } from './reading/pages.js';
import { Sheet } from './reading/sheet.js';

const root = document.querySelector('[data-player]');
const settings = JSON.parse(root.querySelector('[data-settings]').textContent);
const { words } = settings;
const server = new PageServer(settings.urls);
const session = new Session(settings.remember);
const gate = settings.preview ? new PreviewPages(server, session) : new Gate(server, session);
const place = new Place(session, words, (page) => turn(page));
const notices = new Notices(root, words, place);
const sheet = new Sheet(root);
const meter = new Meter(root, notices, () => waitIsOver());
const popup = new Popup(root, server, words, notices);
const finisher = settings.preview ? new PreviewEnd(words) : new Finisher(server, words, notices);
const panel = document.querySelector('[data-notes]');
const lessonNotes = panel && new LessonNotes(root, panel, { video: place, session, timeline: place, notices });
const previous = root.querySelector('[data-do="previous"]');
const next = root.querySelector('[data-do="next"]');

let asking = false;
let turning = null;
// How much was released when a pop-up was last refused; null since one was answered.
let refusedAt = null;

async function takeLease() {
  notices.loading();
  const facts = await server.untilReached(() => server.lease(), () => notices.offline(true));
  notices.offline(false);
  if (!facts.ok) {
    notices.failed(facts.detail, () => window.location.reload());
    return false;
  }
  session.begin(facts.body);
  meter.begin(facts.body.next_in_ms ?? 0);
  if (session.finished) finisher.isDone = true;
  notices.clear();
  return true;
}

async function begin() {
  if (!(await takeLease())) return;
  lessonNotes?.ready();
  const asked = place.askedFor();
  await turn(asked ?? place.pageAt(session.resumeAt()), { isFirst: true });
}

// A page that is released is there at once; the next one as soon as the gate lets it go.
async function turn(page, { isFirst = false } = {}) {
  turning?.abort();
  const mine = new AbortController();
  turning = mine;
  show();
  const got = await gate.key(`${session.keys}${page}`, mine.signal);
  if (!got || turning !== mine) return;
  turning = null;
  place.goTo(page);
  await sheet.show(got, words.page.replace('{page}', page + 1));
  if (place.page !== page) return;
  if (isNewest()) meter.begin(got.nextMs);
  show();
  if (!isFirst) {
    sheet.focus();
    notices.say(words.position.replace('{page}', page + 1).replace('{count}', session.windowCount));
  }
  session.remember(place.currentTime, true);
  if (!settings.preview) server.position(Math.round(place.currentTime * 1000)).catch(() => {});
  if (!meter.isRunning || session.isFree) waitIsOver({ isTold: true });
}

const isLast = () => place.page === session.windowCount - 1;
const isNewest = () => place.page === session.released - 1;

// The newest page was read for its time: the next may be opened, or the lesson is done.
function waitIsOver({ isTold = false } = {}) {
  if (!isNewest()) return;
  if (isLast()) finisher.run();
  else if (!isTold) notices.say(words.nextReady);
}

function show() {
  const { page } = place;
  place.show(root);
  previous.disabled = page <= 0;
  next.disabled = isLast() || page < 0;
  // What is already open, and what waits for nothing, has no time to tell.
  const waits = isNewest() && !session.isFree && !finisher.isDone && !(session.closed && !isLast());
  meter.show(waits ? (isLast() ? words.doneIn : words.nextIn) : null);
}

function goOn() {
  if (next.disabled || turning) return;
  if (isNewest() && !session.isFree && meter.isRunning) meter.tell();
  else turn(place.page + 1);
}

function goBack() {
  if (!previous.disabled) turn(place.page - 1);
}

// Another page took over: this one stops, says so, and offers to go on here.
async function takeBack() {
  if (!(await takeLease())) return;
  gate.open();
  await turn(Math.max(0, Math.min(place.page, session.released - 1)));
}

async function askPopup() {
  if (asking) return;
  asking = true;
  try {
    await heed(await popup.run());
  } finally {
    asking = false;
  }
}

async function heed(outcome) {
  if (outcome.kind === 'lost') gate.tellLost();
  else if (outcome.kind === 'expired') takeBack();
  else if (outcome.kind === 'refused') heedRefusal(outcome.detail);
  else if (outcome.kind === 'back') fallBack(outcome.window);
  else {
    refusedAt = null;
    gate.answered();
    if (isNewest() && isLast()) finisher.run();
  }
}

// The lease taken anew mends a page that knew too little; a second refusal in the same place stands.
function heedRefusal(detail) {
  if (refusedAt === session.released) {
    notices.failed(detail, () => window.location.reload());
    return;
  }
  refusedAt = session.released;
  takeBack();
}

function fallBack(page) {
  refusedAt = null;
  session.fallBack(page);
  notices.say(words.backTo.replace('{time}', words.page.replace('{page}', page + 1)), true);
  turn(page);
}

const KEYS = { ArrowLeft: goBack, ArrowRight: goOn, n: () => lessonNotes?.note(), b: () => lessonNotes?.bookmark() };

document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
  if (event.target.closest('input, textarea, select, [role="separator"], [contenteditable]')) return;
  const act = KEYS[event.key];
  if (!act || root.inert) return;
  event.preventDefault();
  act();
});

previous.addEventListener('click', goBack);
next.addEventListener('click', goOn);
gate.on('early', (until) => { meter.begin(until - performance.now()); show(); });
gate.on('released', () => { notices.offline(false); });
gate.on('popup', askPopup);
gate.on('offline', () => notices.offline(true));
gate.on('lost', () => notices.lost(takeBack));
gate.on('closed', () => {
  session.closed = true;
  turning?.abort();
  turning = null;
  notices.closed(Infinity);
  show();
});
gate.on('stale', takeBack);
finisher.on('popup', askPopup);
finisher.on('offline', () => notices.offline(true));
finisher.on('reached', () => notices.offline(false));
window.addEventListener('pagehide', () => session.remember(place.currentTime, true));

root.inert = false;
begin();

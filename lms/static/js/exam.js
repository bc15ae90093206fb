// The paper: saves every answer as it is given, keeps it while the network is away, shows the time.
// What counts is only what the server has taken; the clock here is a picture of the server's.
import { Answers } from './exam-answers.js';
import { readAnswer, showAnswer, wireAnswer } from './answers/index.js';

const root = document.querySelector('[data-exam]');
const token = document.querySelector('meta[name="csrf-token"]').content;
const status = root.querySelector('[data-exam-status]');
const announce = root.querySelector('[data-exam-announce]');
const clock = root.querySelector('[data-exam-clock]');
const form = root.querySelector('[data-exam-submit]');
const dialog = root.querySelector('[data-exam-dialog]');
const reloadKey = `exam-${root.dataset.exam}-reloaded`;
const RETRY_MS = 3000;

const answers = new Answers(root.dataset.exam, (position, answer) => {
  show(position, answer.chosen, answer.serial);
});
let sending = null;
let submitting = false;

function questions() {
  return [...root.querySelectorAll('.exam-question')];
}

function questionAt(position) {
  return root.querySelector(`.exam-question[data-position="${position}"]`);
}

function showMap() {
  let answered = 0;
  const word = root.querySelector('[data-map-words]').dataset.mapWords;
  for (const question of questions()) {
    const isAnswered = readAnswer(question).length > 0;
    const link = root.querySelector(`[data-map="${question.dataset.position}"]`);
    link.toggleAttribute('data-answered', isAnswered);
    link.querySelector('[data-map-note]').textContent = isAnswered ? word : '';
    answered += isAnswered ? 1 : 0;
  }
  root.querySelector('[data-answered-count]').textContent = answered;
  return questions().length - answered;
}

/** Show an answer that was given in another tab, on another device, or before a reload. */
function show(position, chosen, serial) {
  const question = questionAt(position);
  if (!question) return;
  question.dataset.serial = serial;
  showAnswer(question, chosen);
  showMap();
}

// --- sending

async function put(position, { chosen, serial }) {
  return fetch(`/exams/${root.dataset.exam}/answers/${position}`, {
    method: 'PUT',
    headers: {
      'Content-Type': 'application/json',
      'X-CSRFToken': token,
      'X-Paper-Token': root.dataset.token,
      Accept: 'application/json',
    },
    body: JSON.stringify({ chosen, serial }),
  });
}

// Signed out, or the page has expired (400): a page loaded anew puts either right.
function mustReload(reply) {
  return reply.redirected || [400, 401, 403].includes(reply.status);
}

// Such an answer is never taken, and must not hold up the others.
function isHopeless(reply) {
  return reply.status === 404 || reply.status === 422;
}

/** Load the page anew, once until an answer is taken; false if it was or would lose answers. */
function reloadOnce() {
  try {
    if (!answers.isKept() || window.sessionStorage.getItem(reloadKey)) return false;
    window.sessionStorage.setItem(reloadKey, '1');
  } catch {
    return false;
  }
  // It leads to signing in and back here, where the answers kept are sent.
  window.location.reload();
  return true;
}

function mayReloadAgain() {
  try {
    window.sessionStorage.removeItem(reloadKey);
  } catch {
    // Nothing was kept.
  }
}

// Another tab's or device's answer stands. Of the two the one that was given later is meant.
function settle(position, answer, standing) {
  if (!Number.isInteger(standing.serial)) throw new Error('no serial');
  const mine = answers.get(position) ?? answer;
  if (standing.seconds_ago * 1000 < Date.now() - mine.at) {
    answers.taken(position, mine.serial);
    show(position, standing.chosen, standing.serial);
    return;
  }
  const serial = Math.max(standing.serial, mine.serial) + 1;
  questionAt(position).dataset.serial = serial;
  answers.give(position, mine.chosen, serial, mine.at);
}

// Whoever asks while answers are on their way waits for those very answers, not for nothing.
function sendWaiting() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

async function sendAll() {
  status.textContent = root.dataset.saving;
  try {
    while (answers.size) {
      const [position, answer] = answers.first();
      const reply = await put(position, answer);
      if (reply.status === 409) {
        answers.clear();
        window.location.reload();
        return;
      }
      if (mustReload(reply) && reloadOnce()) return;
      if (reply.redirected || !(reply.ok || isHopeless(reply))) throw new Error(`answer refused: ${reply.status}`);
      mayReloadAgain();
      if (reply.status === 200) settle(position, answer, await reply.json());
      // A newer answer may have been given to the same question meanwhile: it goes on waiting.
      else answers.taken(position, answer.serial);
    }
    status.textContent = root.dataset.saved;
  } catch {
    status.textContent = root.dataset.offline;
    window.setTimeout(sendWaiting, RETRY_MS);
  }
}

// While somebody types, every letter is kept here, and sent once they pause.
const TYPING_MS = 700;
let sendingSoon = 0;

function sendSoon(milliseconds) {
  window.clearTimeout(sendingSoon);
  sendingSoon = window.setTimeout(sendWaiting, milliseconds);
}

function isTyped(event) {
  return event.target.matches('input[type=text]');
}

function answered(event) {
  const question = event.target.closest('.exam-question');
  const serial = Number(question.dataset.serial) + 1;
  question.dataset.serial = serial;
  answers.give(question.dataset.position, readAnswer(question), serial);
  showMap();
  if (isTyped(event)) sendSoon(TYPING_MS);
  else sendWaiting();
}

function restoreWaiting() {
  for (const [position, answer] of answers.waiting) {
    const serial = Math.max(answer.serial, Number(questionAt(position)?.dataset.serial ?? 0));
    show(position, answer.chosen, serial);
  }
}

// --- the time

// A device that sleeps stops one of its clocks and not the other: then the server is asked again.
const SLEPT_MS = 3000;
const drift = () => Date.now() - performance.now();
let endsAt = performance.now() + Number(root.dataset.secondsLeft) * 1000;
let driftThen = drift();
let refreshing = null;

function tick() {
  if (Math.abs(drift() - driftThen) > SLEPT_MS) refresh();
  const left = Math.max(0, (endsAt - performance.now()) / 1000);
  const minutes = Math.floor(left / 60);
  clock.textContent = `${minutes}:${String(Math.floor(left % 60)).padStart(2, '0')}`;
  if (left <= 300 && !root.hasAttribute('data-urgent')) {
    root.setAttribute('data-urgent', '');
    announce.textContent = root.dataset.warning;
  }
  if (left > 0) return;
  announce.textContent = root.dataset.over;
  submitPaper();
}

/** Take over the server's time, and what was answered elsewhere, as a page loaded now has them. */
function refresh() {
  driftThen = drift();
  refreshing ??= readAgain().catch(() => {}).finally(() => { refreshing = null; });
}

async function readAgain() {
  const reply = await fetch(window.location.href, { cache: 'no-store' });
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
  const fresh = page.querySelector('[data-exam]');
  if (!fresh) {
    // Handed in elsewhere, or signed out: the page itself tells which.
    reloadOnce();
    return;
  }
  endsAt = performance.now() + Number(fresh.dataset.secondsLeft) * 1000;
  for (const theirs of fresh.querySelectorAll('.exam-question')) {
    const { position, serial } = theirs.dataset;
    if (answers.get(position) || Number(serial) <= Number(questionAt(position)?.dataset.serial)) continue;
    show(position, readAnswer(theirs), Number(serial));
  }
}

// --- handing in

let askedAt = -Infinity;

async function submitPaper() {
  // At the end of the time every second asks for it.
  if (submitting || performance.now() - askedAt < RETRY_MS) return;
  submitting = true;
  window.clearTimeout(sendingSoon);
  await sendWaiting();
  // Without a network a paper handed in now would lack answers, or lead to an empty page.
  if (!answers.size && await handIn()) return;
  askedAt = performance.now();
  submitting = false;
  status.textContent = root.dataset.offline;
  if (dialog.open) dialog.close();
}

async function handIn() {
  try {
    const request = { method: 'POST', body: new FormData(form), redirect: 'manual' };
    const reply = await fetch(form.action, request);
    if (reply.status >= 500) return false;
    if (reply.type === 'opaqueredirect') window.location.assign(`/exams/${root.dataset.exam}`);
    else form.submit();
    return true;
  } catch {
    return false;
  }
}

function ask() {
  const missing = showMap();
  const text = missing ? root.dataset.unanswered.replace('{count}', missing) : root.dataset.complete;
  dialog.querySelector('[data-exam-question]').textContent = text;
  dialog.showModal();
}

root.addEventListener('input', (event) => { if (isTyped(event)) answered(event); });
root.addEventListener('change', (event) => {
  if (!isTyped(event)) answered(event);
  else if (answers.size) sendWaiting();
});
root.querySelector('[data-exam-ask]').addEventListener('click', ask);
dialog.querySelector('[data-exam-cancel]').addEventListener('click', () => dialog.close());
dialog.querySelector('[data-exam-confirm]').addEventListener('click', () => {
  askedAt = -Infinity;
  submitPaper();
});
window.addEventListener('online', sendWaiting);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
window.addEventListener('pageshow', (event) => { if (event.persisted) refresh(); });
questions().forEach(wireAnswer);
restoreWaiting();
showMap();
root.inert = false;
if (answers.size) sendWaiting();
tick();
window.setInterval(tick, 1000);

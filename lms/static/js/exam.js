// The paper: saves every answer as it is given, keeps it while the network is away, shows the time.
// What counts is only what the server has taken; the clock here is a picture of the server's.
import { readAnswer, showAnswer, wireAnswer } from './answers/index.js';

const root = document.querySelector('[data-exam]');
const token = document.querySelector('meta[name="csrf-token"]').content;
const status = root.querySelector('[data-exam-status]');
const announce = root.querySelector('[data-exam-announce]');
const clock = root.querySelector('[data-exam-clock]');
const form = root.querySelector('[data-exam-submit]');
const dialog = root.querySelector('[data-exam-dialog]');
const storageKey = `exam-${root.dataset.exam}`;
const reloadKey = `${storageKey}-reloaded`;
const startedAt = performance.now();
const secondsAtStart = Number(root.dataset.secondsLeft);

// A browser may forbid its storage, or have no room left: the answers then live as long as the page.
function recall(key) {
  try {
    return window.sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    window.sessionStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function forget(key) {
  try {
    window.sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

// Answers not yet taken by the server, by position; they outlive a reload of the page.
const waiting = new Map(JSON.parse(recall(storageKey) || '[]'));
let sending = null;
let submitting = false;

function remember() {
  return keep(storageKey, JSON.stringify([...waiting]));
}

function questions() {
  return [...root.querySelectorAll('.exam-question')];
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

async function put(position, answer) {
  return fetch(`/exams/${root.dataset.exam}/answers/${position}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token, Accept: 'application/json' },
    body: JSON.stringify(answer),
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

// Another tab's answer stands under a greater serial; the one given here is sent above it.
function outrank(position, standing) {
  if (!Number.isInteger(standing)) throw new Error('no serial');
  const question = root.querySelector(`.exam-question[data-position="${position}"]`);
  const serial = Math.max(standing, Number(question.dataset.serial)) + 1;
  question.dataset.serial = serial;
  waiting.set(position, { ...waiting.get(position), serial });
}

// Whoever asks while answers are on their way waits for those very answers, not for nothing.
function sendWaiting() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

async function sendAll() {
  status.textContent = root.dataset.saving;
  try {
    while (waiting.size) {
      const [position, answer] = waiting.entries().next().value;
      const reply = await put(position, answer);
      if (reply.status === 409) {
        waiting.clear();
        remember();
        window.location.reload();
        return;
      }
      // A page that cannot keep its answers is not loaded anew: they would be lost.
      if (mustReload(reply) && !recall(reloadKey) && remember() && keep(reloadKey, '1')) {
        // It leads to signing in and back here, where the answers kept are sent. Once only.
        window.location.reload();
        return;
      }
      if (reply.redirected || !(reply.ok || isHopeless(reply))) throw new Error(`answer refused: ${reply.status}`);
      forget(reloadKey);
      if (reply.status === 200) outrank(position, (await reply.json()).serial);
      // A newer answer may have been given to the same question meanwhile.
      else if (waiting.get(position) === answer) waiting.delete(position);
      remember();
    }
    status.textContent = root.dataset.saved;
  } catch {
    status.textContent = root.dataset.offline;
    window.setTimeout(sendWaiting, 3000);
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
  waiting.set(question.dataset.position, { chosen: readAnswer(question), serial });
  remember();
  showMap();
  if (isTyped(event)) sendSoon(TYPING_MS);
  else sendWaiting();
}

function restoreWaiting() {
  for (const question of questions()) {
    const answer = waiting.get(question.dataset.position);
    if (!answer) continue;
    question.dataset.serial = Math.max(answer.serial, Number(question.dataset.serial));
    showAnswer(question, answer.chosen);
  }
}

function tick() {
  const left = Math.max(0, secondsAtStart - (performance.now() - startedAt) / 1000);
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

async function submitPaper() {
  if (submitting) return;
  submitting = true;
  window.clearTimeout(sendingSoon);
  await sendWaiting();
  if (waiting.size) {
    // The network is away: a paper handed in now would lack these answers.
    submitting = false;
    if (dialog.open) dialog.close();
    return;
  }
  forget(storageKey);
  form.submit();
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
  else if (waiting.size) sendWaiting();
});
root.querySelector('[data-exam-ask]').addEventListener('click', ask);
dialog.querySelector('[data-exam-cancel]').addEventListener('click', () => dialog.close());
dialog.querySelector('[data-exam-confirm]').addEventListener('click', submitPaper);
window.addEventListener('online', sendWaiting);
questions().forEach(wireAnswer);
restoreWaiting();
showMap();
root.inert = false;
if (waiting.size) sendWaiting();
tick();
window.setInterval(tick, 1000);

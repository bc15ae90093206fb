// Forms: one submission per click, focus on what is wrong, a warning before losing changes.
import { word } from './words.js';

function setBusy(form, submitter) {
  form.setAttribute('aria-busy', 'true');
  form.dataset.sent = 'yes';
  submitter?.classList.add('is-busy');
}

function setReady(form) {
  form.removeAttribute('aria-busy');
  delete form.dataset.sent;
  form.querySelectorAll('.is-busy').forEach((button) => button.classList.remove('is-busy'));
}

function isPlain(form) {
  return form.method !== 'dialog' && form.target !== '_blank' && !form.matches('[hx-post],[hx-get]');
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!isPlain(form) || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  else setBusy(form, event.submitter);
});

// Coming back with the browser's button shows the page as it was left, with its buttons asleep.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(setReady);
});

// A download answers a form without leaving the page, so its buttons must wake again.
document.addEventListener('submit', (event) => {
  if (event.target.hasAttribute('data-download')) setTimeout(() => setReady(event.target), 2000);
});

document.addEventListener('input', (event) => {
  const form = event.target.closest?.('form[data-guard]');
  if (form) form.dataset.changed = 'yes';
});

window.addEventListener('beforeunload', (event) => {
  if (document.querySelector('form[data-changed]:not([data-sent])')) event.preventDefault();
});

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === 'text';
  input.type = shown ? 'password' : 'text';
  button.setAttribute('aria-pressed', String(!shown));
  button.setAttribute('aria-label', word(shown ? 'showPassword' : 'hidePassword'));
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-reveal]');
  if (button) reveal(button);
  if (event.target.closest('[data-back]')) window.history.back();
  if (event.target.closest('[data-print]')) window.print();
});

// A filter that says so is sent as soon as it is changed.
document.addEventListener('change', (event) => {
  if (event.target.closest('[data-auto-submit]')) event.target.form?.requestSubmit();
});

document.querySelector('[data-error-summary]')?.focus();

// Asks before a form with data-confirm is sent, and before an htmx request with hx-confirm.
import { word } from './words.js';

const DIALOG = document.getElementById('confirm-dialog');

/** Ask in a dialog; resolves to whether the user said yes. */
export function ask(text, { label = word('confirm'), tone = 'primary' } = {}) {
  const yes = DIALOG.querySelector('[data-confirm-yes]');
  DIALOG.querySelector('[data-confirm-text]').textContent = text;
  yes.textContent = label;
  yes.className = `btn btn-${tone}`;
  DIALOG.returnValue = 'no';
  DIALOG.showModal();
  return new Promise((resolve) => {
    DIALOG.addEventListener('close', () => resolve(DIALOG.returnValue === 'yes'), { once: true });
  });
}

function options(element) {
  const { confirmLabel, confirmTone } = element.dataset;
  return { label: confirmLabel || undefined, tone: confirmTone || undefined };
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  const asker = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!asker.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(asker.dataset.confirm, options(asker)))) return;
  form.dataset.confirmed = 'yes';
  form.requestSubmit(event.submitter);
  delete form.dataset.confirmed;
}, true);

document.addEventListener('htmx:confirm', async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm) return;
  event.preventDefault();
  const yes = await ask(ctx.confirm, options(ctx.sourceElement));
  if (yes) issueRequest();
  else dropRequest();
});

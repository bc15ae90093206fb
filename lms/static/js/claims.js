// Evidence is sent as soon as it is chosen or dropped; one that is too large is refused before. The
// server looks again at everything.
import { reset, showState } from './dropzone.js';

function wire(form) {
  form.classList.add('is-scripted');
  form.querySelector('progress').hidden = true;
}

document.addEventListener('drop:files', (event) => {
  const form = event.target.closest('[data-evidence]');
  if (!form) return;
  const { maxBytes, wordLarge, wordSending } = form.dataset;
  const isLarge = event.detail.files.some((file) => file.size > Number(maxBytes));
  if (isLarge) reset(event.target);
  showState(event.target, isLarge ? wordLarge : wordSending, isLarge ? 'danger' : 'info');
  if (!isLarge) form.requestSubmit();
});

document.querySelectorAll('[data-evidence]').forEach(wire);

// What went wrong on the way is told by a toast; the zone is ready for another try.
function giveUp() {
  document.querySelectorAll('[data-evidence] [data-drop-zone]').forEach(reset);
}
document.addEventListener('htmx:error', giveUp);
document.addEventListener('htmx:response:error', (event) => {
  if (event.detail.ctx.response.status !== 422) giveUp();
});

// The list that comes back holds a fresh zone.
document.addEventListener('htmx:after:swap', () => {
  document.querySelectorAll('[data-evidence]:not(.is-scripted)').forEach((form) => {
    wire(form);
    form.closest('.evidence').dispatchEvent(new CustomEvent('part:loaded', { bubbles: true }));
  });
});

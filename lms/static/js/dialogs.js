// Opens and closes native <dialog> elements; focus and Escape are the browser's.
function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
}

function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right
    || event.clientY < box.top || event.clientY > box.bottom;
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog-open]');
  if (opener) open(opener.dataset.dialogOpen);
  event.target.closest('[data-dialog-close]')?.closest('dialog').close();
});

document.addEventListener('pointerdown', (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || dialog.hasAttribute('data-firm')) return;
  if (isOutside(dialog, event)) dialog.close();
});

document.addEventListener('cancel', (event) => {
  if (event.target.hasAttribute?.('data-firm')) event.preventDefault();
}, true);

// A form that came back with errors inside a dialog shows itself again.
document.querySelectorAll('dialog').forEach((dialog) => {
  if (dialog.querySelector('[data-error-summary]')) dialog.showModal();
});

// Several rows at once: a box that picks all, and buttons that wait until something is picked.
function update(form) {
  const boxes = [...document.querySelectorAll(`input[type="checkbox"][form="${form.id}"][data-bulk-item]`)];
  const picked = boxes.filter((box) => box.checked).length;
  const all = document.querySelector(`[data-bulk-all="${form.id}"]`);
  if (all) {
    all.checked = picked > 0 && picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  }
  const count = form.querySelector('[data-bulk-count]');
  if (count) count.textContent = count.dataset.bulkCount.replace('{count}', picked);
  form.querySelectorAll('[data-bulk-button]').forEach((button) => { button.disabled = picked === 0; });
}

document.querySelectorAll('form[data-bulk]').forEach((form) => {
  document.addEventListener('change', (event) => {
    if (event.target.dataset.bulkAll === form.id) {
      document.querySelectorAll(`[form="${form.id}"][data-bulk-item]`).forEach((box) => {
        box.checked = event.target.checked;
      });
    }
    update(form);
  });
  update(form);
});

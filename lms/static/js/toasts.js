// Short messages in the corner. Errors stay until closed; others leave by themselves.
const AREA = document.getElementById('toasts');
const TEMPLATE = document.getElementById('toast-template');
const STAY_MS = 6000;
const ICONS = {
  info: 'info-circle', success: 'circle-check', warning: 'alert-triangle', danger: 'alert-circle',
};

/** Lift the area above an open dialog, where it would otherwise be covered. */
function raise() {
  if (!AREA.showPopover) return;
  AREA.popover = 'manual';
  if (AREA.matches(':popover-open')) AREA.hidePopover();
  AREA.showPopover();
}

function addAction(item, { label, act }) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'btn btn-secondary btn-sm toast-action', textContent: label });
  button.addEventListener('click', () => { item.remove(); act(); });
  item.querySelector('.toast-text').after(button);
}

/**
 * Show `message`; tone is info, success, warning or danger. An action {label, act} is a button
 * beside it, for as long as it stands.
 */
export function toast(message, tone = 'info', action = null) {
  const item = TEMPLATE.content.firstElementChild.cloneNode(true);
  const use = item.querySelector('use');
  item.className = `toast-item toast-${tone}`;
  item.dataset.toast = tone;
  item.setAttribute('role', tone === 'danger' ? 'alert' : 'status');
  use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#${ICONS[tone] ?? ICONS.info}`));
  if (action) addAction(item, action);
  AREA.append(item);
  raise();
  // The text comes after the element, so that screen readers notice the change.
  item.querySelector('.toast-text').textContent = message;
  start(item);
}

function start(item) {
  if (item.dataset.toast === 'danger') return;
  let timer;
  const arm = () => { timer = setTimeout(() => item.remove(), STAY_MS); };
  const hold = () => clearTimeout(timer);
  item.addEventListener('pointerenter', hold);
  item.addEventListener('focusin', hold);
  item.addEventListener('pointerleave', arm);
  item.addEventListener('focusout', arm);
  arm();
}

/** Messages that came with the page are put in again, else screen readers would not read them. */
function announce(item) {
  const text = item.querySelector('.toast-text');
  const message = text.textContent;
  text.textContent = '';
  setTimeout(() => { text.textContent = message; }, 100);
  start(item);
}

document.addEventListener('click', (event) => {
  event.target.closest('[data-toast-close]')?.closest('.toast-item').remove();
});
// The server sends HX-Trigger: {"toast": {"message": "…", "tone": "success"}} with a fragment.
document.addEventListener('toast', (event) => toast(event.detail.message, event.detail.tone));
AREA?.querySelectorAll('.toast-item').forEach(announce);

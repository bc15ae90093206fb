// Menus that close by themselves, the choice of colours, and copying.
import { toast } from './toasts.js';
import { word } from './words.js';

function closeMenus(except) {
  document.querySelectorAll('details[data-menu][open]').forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

document.addEventListener('click', (event) => closeMenus(event.target.closest('details[data-menu]')));
document.addEventListener('focusin', (event) => closeMenus(event.target.closest('details[data-menu]')));
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && document.querySelector('details[data-menu][open]');
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});

function showTheme() {
  const theme = window.xueshiTheme.chosen();
  document.querySelectorAll('[data-theme-value]').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.themeValue === theme));
  });
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-theme-value]');
  if (button) window.xueshiTheme.choose(button.dataset.themeValue);
});
document.documentElement.addEventListener('theme:change', showTheme);
showTheme();

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(word('copied'), 'success');
});

// How strong a password looks while it is typed. The server decides, and knows more.
const LEVELS = ['short', 'weak', 'fair', 'good'];

function variety(text) {
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(text)).length;
  return new Set(text).size + 2 * classes;
}

function isPlain(text) {
  return /^(.)\1*$/.test(text) || /^[0-9]+$/.test(text) || '0123456789abcdefghijklmnopqrstuvwxyz'.includes(text.toLowerCase());
}

function levelOf(text, shortest) {
  if (text.length < shortest) return 0;
  if (isPlain(text) || variety(text) < 9) return 1;
  return variety(text) < 14 ? 2 : 3;
}

function show(input, view) {
  const level = levelOf(input.value, Number(view.dataset.shortest));
  view.hidden = !input.value;
  view.dataset.level = LEVELS[level];
  view.querySelector('progress').value = level + 1;
  const text = view.dataset[LEVELS[level]];
  const shown = view.querySelector('.strength-text');
  if (shown.textContent !== text) shown.textContent = text;
}

for (const input of document.querySelectorAll('[data-strength]')) {
  const view = document.getElementById(input.dataset.strength);
  if (view) input.addEventListener('input', () => show(input, view));
}

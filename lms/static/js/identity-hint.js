// Tells while typing whether a resident identity number can be right (GB 11643, ISO 7064 MOD 11-2).
// The server checks again; other kinds of document have no check character, and get no hint.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

function normalize(text) {
  return text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
}

function isBirthday(digits) {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isRight(number) {
  if (!/^\d{17}[\dX]$/.test(number) || !isBirthday(number.slice(6, 14))) return false;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return CHECK[sum % 11] === number[17];
}

function judge(number, words) {
  if (!number) return null;
  if (!/^\d{0,17}[\dX]?$/.test(number)) return { tone: 'danger', text: words.wrong };
  if (number.length < 18) return { tone: 'neutral', text: words.short.replace('{count}', 18 - number.length) };
  return isRight(number) ? { tone: 'success', text: words.right } : { tone: 'danger', text: words.wrong };
}

function watch(box) {
  const kind = document.getElementById(box.dataset.kind);
  const input = document.getElementById(box.dataset.number);
  const hint = box.querySelector('.identity-hint');
  const update = () => {
    const found = kind.value === 'resident' ? judge(normalize(input.value), box.dataset) : null;
    hint.hidden = !found;
    hint.textContent = found?.text ?? '';
    hint.dataset.tone = found?.tone ?? '';
  };
  input.addEventListener('input', update);
  kind.addEventListener('change', update);
  // What the server has said of the number stands until it is changed.
  if (input.value && input.ariaInvalid !== 'true') update();
}

document.querySelectorAll('[data-identity-hint]').forEach(watch);

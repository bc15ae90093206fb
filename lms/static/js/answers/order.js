// Items to put in order: pressing one gives it the next number, pressing it again takes it back. So
// nothing is answered before one begins, and a finger and a keyboard work alike.

function items(box) {
  return [...box.querySelectorAll('[data-place]')];
}

function ranked(box) {
  return items(box)
    .filter((item) => item.dataset.rank)
    .sort((one, other) => Number(one.dataset.rank) - Number(other.dataset.rank));
}

function placeOf(item) {
  return Number(item.dataset.place);
}

export function read(box) {
  return ranked(box).map(placeOf);
}

export function show(box, chosen) {
  for (const item of items(box)) {
    const rank = chosen.indexOf(placeOf(item)) + 1;
    item.dataset.rank = rank || '';
    item.querySelector('[data-rank-shown]').textContent = rank || '';
    item.setAttribute('aria-pressed', String(rank > 0));
  }
}

export function isComplete(box) {
  return items(box).every((item) => item.dataset.rank);
}

export function wire(box) {
  const list = box.querySelector('[data-order]');
  const say = (words, text = '', rank = '') => {
    box.querySelector('[data-order-say]').textContent = words.replace('{text}', text).replace('{rank}', rank);
  };
  const change = (chosen) => {
    show(box, chosen);
    list.dispatchEvent(new Event('change', { bubbles: true }));
  };
  list.addEventListener('click', (event) => {
    const item = event.target.closest('[data-place]');
    if (!item) return;
    const text = item.querySelector('[data-item-text]').textContent;
    const before = read(box);
    if (item.dataset.rank) {
      change(before.filter((place) => place !== placeOf(item)));
      say(list.dataset.takenBack, text);
    } else {
      change([...before, placeOf(item)]);
      say(list.dataset.said, text, before.length + 1);
    }
  });
  box.querySelector('[data-order-clear]').addEventListener('click', () => {
    change([]);
    say(list.dataset.cleared);
    items(box)[0].focus();
  });
}

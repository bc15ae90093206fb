// Options to choose from: the places of those that are ticked.

export function read(box) {
  return [...box.querySelectorAll('input:checked')].map((input) => Number(input.value));
}

export function show(box, chosen) {
  for (const input of box.querySelectorAll('input')) {
    input.checked = chosen.includes(Number(input.value));
  }
}

export function isComplete(box) {
  return read(box).length > 0;
}

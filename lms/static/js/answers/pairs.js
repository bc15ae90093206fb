// Pairs to make: for each text on the left the place of the one it was given, null while it has none.

function selects(box) {
  return [...box.querySelectorAll('select')];
}

export function read(box) {
  const chosen = selects(box).map((select) => (select.value === '' ? null : Number(select.value)));
  return chosen.some((place) => place !== null) ? chosen : [];
}

export function show(box, chosen) {
  selects(box).forEach((select, place) => { select.value = chosen[place] ?? ''; });
}

export function isComplete(box) {
  return selects(box).every((select) => select.value !== '');
}

// Blanks to fill in: a text for each.

function fields(box) {
  return [...box.querySelectorAll('input[type=text]')];
}

export function read(box) {
  const texts = fields(box).map((field) => field.value);
  return texts.some((text) => text.trim()) ? texts : [];
}

export function show(box, chosen) {
  fields(box).forEach((field, place) => { field.value = chosen[place] ?? ''; });
}

export function isComplete(box) {
  return fields(box).every((field) => field.value.trim());
}

// Words that the server wrote into data-word-… of an element, and numbers in them.
const UNITS = ['B', 'KB', 'MB', 'GB'];

/** The word kept as data-word-<name> of `element`, with {…} filled in. */
export function say(element, name, values = {}) {
  const text = element.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? '';
  return text.replace(/\{(\w+)\}/g, (_all, key) => values[key]);
}

/** Bytes as people read them. */
export function size(bytes) {
  let place = 0;
  for (; bytes >= 1000 && place < UNITS.length - 1; place += 1) bytes /= 1000;
  return `${bytes.toFixed(place ? 1 : 0)} ${UNITS[place]}`;
}

/** Seconds in the largest unit that says enough. */
export function span(element, seconds) {
  if (seconds < 60) return say(element, 'seconds', { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say(element, 'minutes', { n: Math.round(seconds / 60) });
  return say(element, 'hours', { n: (seconds / 3600).toFixed(1) });
}

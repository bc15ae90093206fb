// What a reader remembers of a book on this device: the place, and how it is shown.

/** The value kept under `name`, or `otherwise`; a browser that keeps nothing is no trouble. */
export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`xueshi:${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep `value` under `name`. */
export function keep(name, value) {
  try {
    localStorage.setItem(`xueshi:${name}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the book opens at its beginning then.
  }
}

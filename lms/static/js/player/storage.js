// What this browser remembers. One that forbids it forgets; the film plays all the same.
export function recall(key) {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Full or forbidden.
  }
}

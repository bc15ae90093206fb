// The smallest event source: on(name, listener) and tell(name, …).
export class Events {
  #listeners = new Map();

  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  tell(name, ...values) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...values);
  }
}

/** Resolves after so many milliseconds, or when the signal ends it. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => { window.clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** Resolves after so many milliseconds, or at once when the network comes back. */
export function pauseOrOnline(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      window.clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = window.setTimeout(done, milliseconds);
    window.addEventListener('online', done);
  });
}

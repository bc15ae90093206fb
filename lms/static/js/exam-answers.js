// Answers of a paper that the server has not taken yet. They are kept in the browser, so that they
// outlive a reload, a closed tab and a crash; every tab of the paper sees them. One entry each, so
// that no tab overwrites what another has kept.
const PREFIX = 'exam-answer-';
const STALE_MS = 7 * 24 * 3600 * 1000;

// A browser may forbid its storage, or have no room left: answers then live as long as the page.
function attempt(deed) {
  try {
    return deed(window.localStorage);
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What papers of long ago have left behind, of whoever used this browser. */
function sweep(storage) {
  for (const key of Object.keys(storage).filter((name) => name.startsWith(PREFIX))) {
    const kept = parsed(storage.getItem(key));
    if (!kept || Date.now() - kept.at > STALE_MS) storage.removeItem(key);
  }
}

export class Answers {
  /** `heard(position, answer)` is told of answers that another tab of the paper was given. */
  constructor(paper, heard) {
    this.prefix = `${PREFIX}${paper}-`;
    this.waiting = new Map();
    attempt(sweep);
    attempt((storage) => {
      for (const key of Object.keys(storage)) this.#take(key, storage.getItem(key));
    });
    window.addEventListener('storage', ({ key, oldValue, newValue }) => {
      const position = this.#position(key);
      if (!position) return;
      if (newValue !== null && this.#take(key, newValue)) heard(position, this.waiting.get(position));
      // The other tab has had it saved.
      if (newValue === null) this.#drop(position, parsed(oldValue)?.serial ?? 0);
    });
  }

  #position(key) {
    return key?.startsWith(this.prefix) ? key.slice(this.prefix.length) : null;
  }

  #take(key, text) {
    const position = this.#position(key);
    const answer = position && parsed(text);
    if (!answer || answer.serial <= (this.waiting.get(position)?.serial ?? 0)) return false;
    this.waiting.set(position, answer);
    return true;
  }

  #drop(position, serial) {
    if ((this.waiting.get(position)?.serial ?? Infinity) <= serial) this.waiting.delete(position);
  }

  get size() {
    return this.waiting.size;
  }

  get(position) {
    return this.waiting.get(position);
  }

  /** The one that has waited longest, as [position, answer]. */
  first() {
    return this.waiting.entries().next().value;
  }

  /** Keep an answer, with when it was given. */
  give(position, chosen, serial, at = Date.now()) {
    const answer = { chosen, serial, at };
    // What is given anew waits behind the others.
    this.waiting.delete(position);
    this.waiting.set(position, answer);
    attempt((storage) => storage.setItem(this.prefix + position, JSON.stringify(answer)));
  }

  /** The server has this answer, or a newer one. */
  taken(position, serial) {
    this.#drop(position, serial);
    attempt((storage) => {
      const kept = parsed(storage.getItem(this.prefix + position));
      if (!kept || kept.serial <= serial) storage.removeItem(this.prefix + position);
    });
  }

  /** Whether a page loaded anew would find all that waits. */
  isKept() {
    return [...this.waiting].every(([position, answer]) => {
      const kept = parsed(attempt((storage) => storage.getItem(this.prefix + position)));
      return kept !== null && kept.serial >= answer.serial;
    });
  }

  /** Forget all of this paper: it is over. */
  clear() {
    for (const position of [...this.waiting.keys()]) this.taken(position, Infinity);
  }
}

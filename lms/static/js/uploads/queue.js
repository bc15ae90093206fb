// At most two films at once: more would share one line and all be late.
const AT_ONCE = 2;
const running = new Set();
const waiting = [];
const listeners = [];

function changed() {
  listeners.forEach((listener) => listener(running.size, waiting.length));
}

function advance() {
  while (running.size < AT_ONCE && waiting.length) {
    const next = waiting.shift();
    running.add(next);
    next.begin();
  }
  changed();
}

/** Let `transfer` begin (its method `begin` is called) as soon as there is room. */
export function join(transfer) {
  if (running.has(transfer) || waiting.includes(transfer)) return;
  waiting.push(transfer);
  advance();
}

/** `transfer` is done, paused or given up: another may go. */
export function leave(transfer) {
  running.delete(transfer);
  const place = waiting.indexOf(transfer);
  if (place >= 0) waiting.splice(place, 1);
  advance();
}

/** Whether it waits for its turn. */
export const isWaiting = (transfer) => waiting.includes(transfer);

/** Hear how many run and wait, whenever that changes. */
export function onChange(listener) {
  listeners.push(listener);
}

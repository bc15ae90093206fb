// Which seconds of a wait are read out: every second would drown all else that is said.
export function isSaid(left, total) {
  return left === total || left === 3 || left % 30 === 0;
}

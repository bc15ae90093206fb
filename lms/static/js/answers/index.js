// How a question is answered on a page, whatever its kind: a module for each shape. The box around a
// question names its shape; an answer is a list, empty as long as nothing was answered.
import * as blanks from './blanks.js';
import * as choice from './choice.js';
import * as order from './order.js';
import * as pairs from './pairs.js';

const SHAPES = { blanks, choice, order, pairs };

function shapeOf(box) {
  return SHAPES[box.dataset.shape];
}

/** What was answered, as the server takes it. */
export function readAnswer(box) {
  return shapeOf(box).read(box);
}

/** Show an answer that was read before. */
export function showAnswer(box, chosen) {
  shapeOf(box).show(box, chosen);
}

/** Whether nothing is left open. */
export function isComplete(box) {
  return shapeOf(box).isComplete(box);
}

/** Make the parts of a new question work; "change" is told of whatever changes the answer. */
export function wireAnswer(box) {
  shapeOf(box).wire?.(box);
}

/** Where one begins to answer. */
export function focusAnswer(box) {
  box.querySelector('input, select, button').focus();
}

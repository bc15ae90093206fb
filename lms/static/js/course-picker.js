// Type words of a course, choose it from the list, and add it to a scheme.
import { Combobox } from './combobox.js';

class CoursePicker extends Combobox {
  address() {
    return `${this.root.dataset.coursePicker}?${new URLSearchParams({ q: this.text })}`;
  }

  rowsOf({ courses }) {
    return courses;
  }
}

document.querySelectorAll('[data-course-picker]').forEach((root) => new CoursePicker(root));

// Above the list: several films at once become lessons, and uploads that were cut off go on.
import { toast } from '../toasts.js';
import { load } from '../later.js';
import { renumber } from '../lesson-order.js';
import { reset } from '../dropzone.js';
import { onChange } from './queue.js';
import { panelOf } from './panel.js';
import { say } from './words.js';

const TOKEN = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const HEADERS = { 'X-CSRFToken': TOKEN, Accept: 'application/json' };
// "2 …" before "10 …", as their makers number them.
const BY_NAME = new Intl.Collator(undefined, { numeric: true });

async function panelIn(row) {
  await load(row.querySelector('[data-later]'));
  return panelOf(row.dataset.lesson);
}

/** A new lesson called after `file`, as a row of the list. */
async function addLesson(list, file) {
  const body = new URLSearchParams({ file_name: file.name });
  const response = await fetch(list.dataset.namedUrl, { method: 'POST', body, headers: HEADERS });
  if (!response.ok) throw new Error(String(response.status));
  list.insertAdjacentHTML('beforeend', await response.text());
  document.querySelector('[data-no-lessons]')?.remove();
  renumber(list);
  return list.lastElementChild;
}

function wireMany(section, list) {
  const zone = section.querySelector('[data-drop-zone]');
  zone.addEventListener('drop:files', async ({ detail }) => {
    const files = detail.files.sort((a, b) => BY_NAME.compare(a.name, b.name));
    reset(zone);
    try {
      // One after the other, for their order is that of the lessons.
      for (const file of files) {
        const panel = await panelIn(await addLesson(list, file));
        panel?.take(file);
      }
    } catch {
      toast(say(section, 'refused'), 'danger');
    }
  });
}

function wireUnfinished(section, list) {
  const close = (item) => {
    item.remove();
    if (!section.querySelector('[data-upload]')) section.querySelector('[data-unfinished]').remove();
  };
  section.querySelectorAll('[data-upload]').forEach((item) => {
    const { upload, uploadLesson, uploadName, uploadSize } = item.dataset;
    item.querySelector('[data-upload-file]').addEventListener('change', async ({ target }) => {
      const [file] = target.files;
      const problem = item.querySelector('[data-upload-problem]');
      const isSame = file?.name === uploadName && file.size === Number(uploadSize);
      problem.hidden = isSame;
      problem.textContent = say(section, 'other');
      if (!file || !isSame) return;
      const row = list.querySelector(`[data-lesson="${uploadLesson}"]`);
      (await panelIn(row))?.take(file, upload);
      close(item);
      row.scrollIntoView({ block: 'center' });
    });
    item.querySelector('[data-upload-drop]').addEventListener('click', async () => {
      const headers = { ...HEADERS, 'Tus-Resumable': '1.0.0' };
      const response = await fetch(upload, { method: 'DELETE', headers });
      if (response.ok || response.status === 404) close(item);
    });
  });
}

/** Wire what stands above the list of lessons. */
export function wireSection(section) {
  const list = document.querySelector('[data-lessons]');
  const sum = section.querySelector('[data-uploads-sum]');
  onChange((running, waiting) => {
    sum.hidden = running + waiting < 2;
    sum.textContent = say(section, 'sum', { running, waiting });
  });
  wireMany(section, list);
  wireUnfinished(section, list);
}

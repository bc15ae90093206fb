// Sends a lesson's video in pieces that survive a lost connection, and shows how it is processed.
import '../vendor/tus/tus.min.js';
import { reset, showProgress, showState } from './dropzone.js';

const TOKEN = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];

function partsOf(panel) {
  const find = (name) => panel.querySelector(`[data-video-${name}]`);
  return {
    zone: panel.querySelector('[data-drop-zone]'),
    status: find('status'),
    buttons: find('buttons'),
    pause: find('pause'),
    resume: find('resume'),
    cancel: find('cancel'),
  };
}

/** The server's own sentence, if it sent one. */
function sentence(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return '';
  }
}

/** Put the fragment at `url` into the panel; it goes on by itself from there. */
async function showStatus(parts, url) {
  const response = await fetch(url, { headers: { 'HX-Request': 'true' } });
  if (!response.ok) return;
  parts.status.innerHTML = await response.text();
  window.htmx.process(parts.status);
}

function showRunning(parts, running) {
  parts.pause.hidden = !running;
  parts.resume.hidden = running;
}

function refuse(panel, file) {
  if (file.size === 0) return panel.dataset.wordEmpty;
  if (file.size > Number(panel.dataset.maxBytes)) return panel.dataset.wordLarge;
  return '';
}

function options(panel, parts, file, end) {
  const words = panel.dataset;
  return {
    endpoint: words.endpoint,
    chunkSize: Number(words.chunkBytes),
    retryDelays: RETRY_MS,
    removeFingerprintOnSuccess: true,
    headers: { 'X-CSRFToken': TOKEN, Accept: 'application/json' },
    metadata: { filename: file.name, lesson: words.lesson },
    // The same film may be meant for two lessons; only the same lesson goes on with the old bytes.
    fingerprint: async () => ['xueshi', words.lesson, file.name, file.size, file.lastModified].join('|'),
    onProgress: (sent, all) => {
      showProgress(parts.zone, file.name, sent / all);
      showState(parts.zone, words.wordSending);
    },
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      const again = status === 0 || status === 409 || status === 423 || status >= 500;
      if (again) showState(parts.zone, words.wordRetry);
      return again;
    },
    onError: (error) => {
      end();
      showState(parts.zone, sentence(error) || words.wordFailed, 'danger');
    },
    onSuccess: async ({ lastResponse }) => {
      end();
      showState(parts.zone, words.wordDone, 'success');
      const url = lastResponse?.getHeader('Upload-Result');
      if (url) await showStatus(parts, url);
      setTimeout(() => reset(parts.zone), 3000);
    },
  };
}

function wire(panel) {
  const parts = partsOf(panel);
  let upload = null;

  function end() {
    upload = null;
    parts.buttons.hidden = true;
    parts.zone.querySelector('input[type=file]').disabled = false;
  }

  async function begin(file) {
    const problem = refuse(panel, file);
    if (problem) {
      showState(parts.zone, problem, 'danger');
      return;
    }
    upload = new window.tus.Upload(file, options(panel, parts, file, end));
    // While one film is on its way another would only take its place by accident.
    parts.zone.querySelector('input[type=file]').disabled = true;
    parts.buttons.hidden = false;
    showRunning(parts, true);
    const earlier = await upload.findPreviousUploads();
    if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
    upload.start();
  }

  parts.zone.addEventListener('drop:files', (event) => {
    if (!upload) begin(event.detail.files[0]);
  });
  parts.pause.addEventListener('click', async () => {
    await upload?.abort();
    showRunning(parts, false);
    showState(parts.zone, panel.dataset.wordPaused);
    parts.resume.focus();
  });
  parts.resume.addEventListener('click', () => {
    showRunning(parts, true);
    upload?.start();
    parts.pause.focus();
  });
  parts.cancel.addEventListener('click', async () => {
    const given = upload;
    end();
    await given?.abort(true).catch(() => {});
    reset(parts.zone);
    showState(parts.zone, panel.dataset.wordCancelled);
  });
  window.addEventListener('beforeunload', (event) => {
    if (upload) event.preventDefault();
  });
}

document.querySelectorAll('[data-video-panel]').forEach(wire);

// One film on its way to its lesson: sent in pieces that survive a lost connection.
import '../../vendor/tus/tus.min.js';
import { isWaiting, join, leave } from './queue.js';
import { Pace } from './pace.js';

const TOKEN = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
// Sent again, these may succeed: no answer, a piece that is there already, two who write at once.
const PASSING = (status) => [0, 409, 423, 429].includes(status) || status >= 500;

const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;

/** The server's own sentence, if it sent one. */
function sentence(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return '';
  }
}

export class Transfer {
  #upload;
  #hear;
  #pace = new Pace();
  #found = null;

  /**
   * `file` goes to `lesson`. `hear(what, detail)` is told: waiting, sending {sent, all, speed},
   * retrying, lost, paused, refused {sentence}, done {url}. With `uploadUrl` an upload goes on that
   * the server knows; otherwise one that this browser remembers.
   */
  constructor(file, { lesson, endpoint, chunkBytes, uploadUrl = null }, hear) {
    this.#hear = hear;
    this.#upload = new window.tus.Upload(file, {
      endpoint,
      uploadUrl,
      chunkSize: chunkBytes,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      headers: { 'X-CSRFToken': TOKEN, Accept: 'application/json' },
      metadata: { filename: file.name, lesson },
      // The same film may be meant for two lessons; only the same lesson goes on with the old bytes.
      fingerprint: async () => ['xueshi', lesson, file.name, file.size, file.lastModified].join('|'),
      onProgress: (sent, all) => hear('sending', { sent, all, speed: this.#pace.note(sent) }),
      onShouldRetry: (error) => {
        const again = PASSING(statusOf(error));
        if (again) hear('retrying');
        this.#pace.restart();
        return again;
      },
      onError: (error) => this.#fail(error),
      onSuccess: ({ lastResponse }) => this.#end('done', { url: lastResponse?.getHeader('Upload-Result') }),
    });
    this.isOver = false;
    this.isPaused = false;
  }

  /** Wait for one's turn, and go. */
  start() {
    this.isPaused = false;
    join(this);
    if (isWaiting(this)) this.#hear('waiting');
  }

  /** Called by the queue when there is room. */
  async begin() {
    this.#pace.restart();
    if (!this.#found && !this.#upload.options.uploadUrl) {
      this.#found = await this.#upload.findPreviousUploads();
      if (this.#found.length) this.#upload.resumeFromPreviousUpload(this.#found[0]);
    }
    if (!this.isPaused && !this.isOver) this.#upload.start();
  }

  /** Stop for now; what has arrived stays. */
  async pause() {
    this.isPaused = true;
    leave(this);
    await this.#upload.abort();
    this.#hear('paused');
  }

  /** Give up, here and on the server. */
  async cancel() {
    this.isOver = true;
    leave(this);
    await this.#upload.abort(true).catch(() => {});
  }

  #fail(error) {
    if (PASSING(statusOf(error))) {
      this.isPaused = true;
      leave(this);
      this.#hear('lost');
      return;
    }
    this.#end('refused', { sentence: sentence(error) });
  }

  #end(what, detail) {
    this.isOver = true;
    leave(this);
    this.#hear(what, detail);
  }
}

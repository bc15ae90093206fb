// Plays the film: hls.js wherever there are media source extensions, else the browser's own HLS.
import { Events, pauseOrOnline } from './events.js';

const PATIENT = { maxNumRetry: 10000, retryDelayMs: 1000, maxRetryDelayMs: 8000 };
const POLICY = {
  default: {
    maxTimeToFirstByteMs: 20000,
    maxLoadTimeMs: 180000,
    timeoutRetry: PATIENT,
    errorRetry: PATIENT,
  },
};

function loaderFor(gate) {
  return class GateLoader extends window.Hls.DefaultConfig.loader {
    load(context, config, callbacks) {
      if (!context.keyInfo) {
        super.load(context, config, callbacks);
        return;
      }
      this.context = context;
      this.callbacks = callbacks;
      this.asking = new AbortController();
      this.stats.loading.start = performance.now();
      // A playlist names the host of its day, on which keys may be no longer.
      const address = `${gate.session.keys}${context.url.split('/').pop()}`;
      gate.key(address, this.asking.signal).then((key) => {
        if (!key) return;
        this.stats.loading.first = this.stats.loading.end = performance.now();
        this.stats.loaded = this.stats.total = key.byteLength;
        callbacks.onSuccess({ url: context.url, data: key, code: 200 }, this.stats, context, null);
      });
    }

    abort() {
      this.asking?.abort();
      super.abort();
    }

    destroy() {
      this.asking?.abort();
      super.destroy();
    }
  };
}

export class Engine extends Events {
  constructor(video, gate, session) {
    super();
    this.video = video;
    this.gate = gate;
    this.session = session;
  }

  canPlay() {
    return this.canAsk() || this.#isNative();
  }

  /** Whether this page itself asks for keys; the browser's own HLS would ask the learners' gate. */
  canAsk() {
    return Boolean(window.Hls?.isSupported());
  }

  #isNative() {
    return this.video.canPlayType('application/vnd.apple.mpegurl') !== '';
  }

  /** Open the film anew at `at` seconds; resolves when it can be played. */
  async load(playlist, at) {
    this.isOpen = false;
    this.#stopNative();
    this.hls?.destroy();
    await (window.Hls?.isSupported() ? this.#loadHls(playlist, at) : this.#loadNative(playlist, at));
    this.isOpen = true;
    if (this.isWanted) this.play();
  }

  #loadHls(playlist, at) {
    const { Hls } = window;
    const hls = new Hls({
      loader: loaderFor(this.gate),
      startPosition: at,
      // Little more than a window ahead: whoever changes lessons early has nothing to wait for.
      maxBufferLength: 36,
      maxMaxBufferLength: 60,
      backBufferLength: 90,
      enableWebVTT: false,
      enableIMSC1: false,
      enableCEA708Captions: false,
      fragLoadPolicy: POLICY,
      playlistLoadPolicy: POLICY,
      manifestLoadPolicy: POLICY,
    });
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_event, data) => this.#heed(hls, data));
    hls.on(Hls.Events.FRAG_LOADED, () => this.tell('well'));
    return new Promise((resolve) => {
      hls.on(Hls.Events.MANIFEST_PARSED, () => {
        this.tell('levels', hls.levels.map((level) => Math.min(level.height, level.width)));
        resolve();
      });
      hls.loadSource(playlist);
      hls.attachMedia(this.video);
    });
  }

  async #heed(hls, data) {
    const { Hls } = window;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) this.tell('trouble');
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovering) {
      this.recovering = window.setTimeout(() => { this.recovering = 0; }, 10000);
      hls.recoverMediaError();
    } else if (data.type === Hls.ErrorTypes.NETWORK_ERROR) {
      await pauseOrOnline(2000);
      if (this.hls !== hls) return;
      if (hls.levels.length) hls.startLoad(-1);
      else hls.loadSource(hls.url);
    } else {
      this.tell('broken');
    }
  }

  #loadNative(playlist, at) {
    const stop = new AbortController();
    this.stop = stop;
    const { video } = this;
    return new Promise((resolve) => {
      video.addEventListener('loadedmetadata', () => { video.currentTime = at; resolve(); }, { once: true, signal: stop.signal });
      video.addEventListener('error', () => this.#reopenNative(playlist, stop), { signal: stop.signal });
      video.src = playlist;
      this.#askAhead(stop.signal);
    });
  }

  // The browser's own player gives up at a refused key. So the page asks first, and waits for it.
  async #askAhead(signal) {
    const { session, video } = this;
    while (!signal.aborted && session.released < session.windowCount) {
      const needed = session.openSeconds - session.windowSeconds - 10;
      if (video.currentTime >= needed) await this.gate.key(`${session.keys}${session.released}`, signal);
      else await new Promise((resolve) => { window.setTimeout(resolve, 1000); });
    }
  }

  async #reopenNative(playlist, stop) {
    const at = this.video.currentTime;
    const wasPlaying = !this.video.paused;
    await pauseOrOnline(2000);
    if (stop.signal.aborted) return;
    this.video.addEventListener('loadedmetadata', () => {
      this.video.currentTime = at;
      if (wasPlaying) this.play();
    }, { once: true, signal: stop.signal });
    this.video.src = playlist;
  }

  #stopNative() {
    this.stop?.abort();
    this.stop = null;
  }

  /** Choose a quality by its place, -1 for automatic. */
  choose(level) {
    if (this.hls) this.hls.nextLevel = level;
  }

  /** Play, as soon as the film is open; a browser that wants a click first leaves the large button standing. */
  play() {
    this.isWanted = !this.isOpen;
    if (this.isWanted) return undefined;
    return this.video.play()?.catch(() => {});
  }
}

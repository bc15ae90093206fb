// The stream: hls.js where media source extensions exist, the browser's own player elsewhere.

import { gatedLoader } from './keys.js';

export class Stream {
  constructor(video, session, gate, onBroken) {
    this.video = video;
    this.session = session;
    this.gate = gate;
    this.onBroken = onBroken;
    this.hls = null;
  }

  get isManaged() {
    return window.Hls && window.Hls.isSupported();
  }

  start(playlist, position) {
    this.playlist = playlist;
    if (!this.isManaged) {
      this.startNatively(position);
      return;
    }
    const { Hls } = window;
    this.hls = new Hls({
      loader: gatedLoader(Hls.DefaultConfig.loader, this.session, this.gate),
      startPosition: position,
      maxBufferLength: 3 * this.gate.windowSeconds,
      backBufferLength: 120,
      enableWorker: true,
      // A key may rightly keep us waiting for minutes; the loader itself never gives up.
      keyLoadPolicy: {
        default: {
          maxTimeToFirstByteMs: Infinity, maxLoadTimeMs: Infinity,
          timeoutRetry: null, errorRetry: null,
        },
      },
    });
    this.hls.on(Hls.Events.ERROR, (_event, data) => this.recover(data));
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.tellQualities());
    this.hls.loadSource(playlist);
    this.hls.attachMedia(this.video);
  }

  startNatively(position) {
    this.video.src = this.playlist;
    this.video.addEventListener('loadedmetadata', () => { this.video.currentTime = position; }, { once: true });
  }

  // Begins anew, with no key left over: after a fall-back the windows are earned again.
  restart(position) {
    this.stop();
    this.start(this.playlist, position);
  }

  stop() {
    if (this.hls) this.hls.destroy();
    this.hls = null;
  }

  recover(data) {
    if (!data.fatal) return;
    if (data.type === window.Hls.ErrorTypes.NETWORK_ERROR) {
      this.gate.offline();
      this.gate.pause(2000).then(() => this.hls && this.hls.startLoad(this.video.currentTime));
    } else if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR && !this.hasRecovered) {
      this.hasRecovered = true;
      this.hls.recoverMediaError();
    } else {
      this.onBroken();
    }
  }

  tellQualities() {
    const heights = this.hls.levels.map((level, index) => ({ index, name: `${Math.min(level.width, level.height)}p` }));
    this.video.dispatchEvent(new CustomEvent('qualities', { detail: heights }));
  }

  set quality(index) {
    if (this.hls) this.hls.nextLevel = index;
  }
}

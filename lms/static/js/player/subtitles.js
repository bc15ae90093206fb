// Subtitles: the browser's own text track, switched on and off and remembered.
import { keep, recall } from './storage.js';

const REMEMBERED = 'player-subtitles';

export class Subtitles {
  constructor(root, video, list) {
    Object.assign(this, { video, list });
    this.button = root.querySelector('[data-do="subtitles"]');
    this.isOn = recall(REMEMBERED) !== 'off';
  }

  /** Add the tracks; after hls.js took the element, for it empties tracks that were there before. */
  attach() {
    this.video.querySelectorAll('track').forEach((track) => track.remove());
    for (const { url, language, label } of this.list) {
      const track = document.createElement('track');
      Object.assign(track, { kind: 'subtitles', src: url, srclang: language, label });
      this.video.append(track);
    }
    this.#show();
  }

  #wanted() {
    const page = document.documentElement.lang.slice(0, 2);
    const tracks = [...this.video.querySelectorAll('track')].map((element) => element.track);
    return { tracks, chosen: tracks.find((track) => track.language === page) ?? tracks[0] };
  }

  #show() {
    const { tracks, chosen } = this.#wanted();
    for (const track of tracks) track.mode = this.isOn && track === chosen ? 'showing' : 'disabled';
    this.button?.setAttribute('aria-pressed', String(this.isOn));
  }

  toggle() {
    if (!this.list.length) return;
    this.isOn = !this.isOn;
    keep(REMEMBERED, this.isOn ? 'on' : 'off');
    this.#show();
  }
}

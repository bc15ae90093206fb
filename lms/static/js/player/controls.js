// Buttons, keys, volume, speed, quality, and filling the window.
import { keep, recall } from './storage.js';

const STEP_SECONDS = 10;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const VOLUME = 'player-volume';
const SPEED = 'player-speed';

export class Controls {
  constructor(root, video, parts) {
    Object.assign(this, { root, video, ...parts });
    this.big = root.querySelector('[data-big]');
    this.help = root.querySelector('[data-help]');
    this.speed = root.querySelector('[data-speed]');
    this.quality = root.querySelector('[data-quality]');
    this.volume = root.querySelector('[data-volume]');
    this.actions = {
      back: () => this.timeline.seek(video.currentTime - STEP_SECONDS),
      full: () => this.toggleFull(),
      help: () => (this.help.open ? this.help.close() : this.help.showModal()),
      mute: () => { video.muted = !video.muted; },
      play: () => this.#toggle(),
      subtitles: () => this.subtitles.toggle(),
      note: () => this.lessonNotes?.note(),
      bookmark: () => this.lessonNotes?.bookmark(),
    };
    this.#listen();
    this.#restoreVolume();
  }

  #listen() {
    const { root, video } = this;
    root.addEventListener('click', (event) => {
      const button = event.target.closest('[data-do]');
      if (button) this.actions[button.dataset.do]();
    });
    video.addEventListener('click', () => this.#toggle());
    document.addEventListener('keydown', (event) => this.#key(event));
    for (const name of ['play', 'pause', 'ended']) video.addEventListener(name, () => this.#showPlaying());
    video.addEventListener('volumechange', () => this.#showVolume());
    video.addEventListener('ratechange', () => {
      if (video.playbackRate > this.session.maxPace) video.playbackRate = this.session.maxPace;
    });
    this.volume.addEventListener('input', () => {
      video.volume = Number(this.volume.value) / 100;
      video.muted = video.volume === 0;
    });
    this.speed.addEventListener('change', () => this.#setSpeed(Number(this.speed.value)));
    this.quality.addEventListener('change', () => this.engine.choose(Number(this.quality.value)));
    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement) this.#showFull(false);
    });
  }

  /** The lesson is known: offer the speeds it allows. */
  ready() {
    const { maxPace } = this.session;
    this.speeds = SPEEDS.filter((speed) => speed < maxPace).concat(maxPace);
    this.speed.replaceChildren(...this.speeds.map((speed) => new Option(`${speed}×`, speed)));
    const kept = Number(recall(SPEED) ?? 1);
    // Another course may allow less: then its fastest, unless slower was wished.
    this.#setSpeed(this.speeds.findLast((speed) => speed <= kept) ?? 1, false);
    this.#showPlaying();
  }

  // The default speed is what the browser falls back to whenever the film is opened anew.
  #setSpeed(speed, isWished = true) {
    this.video.defaultPlaybackRate = speed;
    this.video.playbackRate = speed;
    this.speed.value = String(speed);
    if (isWished) keep(SPEED, String(speed));
  }

  #faster(step) {
    if (!this.speeds) return;
    const place = this.speeds.indexOf(Number(this.speed.value)) + step;
    this.#setSpeed(this.speeds[Math.max(0, Math.min(this.speeds.length - 1, place))]);
    this.notices.say(this.words.speed.replace('{speed}', this.speed.value), true);
  }

  showLevels(heights) {
    const options = heights.map((height, place) => new Option(`${height}p`, place));
    this.quality.replaceChildren(new Option(this.words.auto, -1, true, true), ...options.reverse());
    this.root.querySelector('[data-quality-choice]').hidden = heights.length < 2;
  }

  #toggle() {
    if (this.video.paused) this.engine.play();
    else this.video.pause();
  }

  #showPlaying() {
    const isPlaying = !this.video.paused && !this.video.ended;
    this.root.toggleAttribute('data-playing', isPlaying);
    this.big.hidden = isPlaying;
    const button = this.root.querySelector('.player-row [data-do="play"]');
    button.toggleAttribute('data-on', isPlaying);
    button.setAttribute('aria-label', isPlaying ? this.words.pause : this.words.play);
  }

  #restoreVolume() {
    const kept = Number(recall(VOLUME) ?? 1);
    this.video.volume = kept >= 0 && kept <= 1 ? kept : 1;
    this.#showVolume();
  }

  #showVolume() {
    const { volume, muted } = this.video;
    keep(VOLUME, String(volume));
    this.volume.value = Math.round((muted ? 0 : volume) * 100);
    const button = this.root.querySelector('[data-do="mute"]');
    button.toggleAttribute('data-on', muted || volume === 0);
    button.setAttribute('aria-pressed', String(muted));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const open = document.querySelector('dialog[open]');
    if (open && (open !== this.help || event.key !== '?')) return;
    const at = event.target;
    if (at.closest('select, textarea, [contenteditable], input:not([type="range"])')) return;
    const act = this.#actionFor(event, at);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #actionFor(event, at) {
    const isSlider = at.matches('input[type="range"]');
    const isPressed = Boolean(at.closest('a, button, summary'));
    const keys = {
      ' ': isPressed ? null : this.actions.play,
      '?': this.actions.help,
      '<': () => this.#faster(-1),
      '>': () => this.#faster(1),
      b: this.lessonNotes && this.actions.bookmark,
      c: this.actions.subtitles,
      f: this.actions.full,
      m: this.actions.mute,
      n: this.lessonNotes && this.actions.note,
      Escape: this.root.classList.contains('is-full') ? this.actions.full : null,
    };
    const arrows = {
      ArrowLeft: () => this.timeline.seek(this.video.currentTime - STEP_SECONDS),
      ArrowRight: () => this.timeline.seek(this.video.currentTime + STEP_SECONDS),
      ArrowUp: () => this.#louder(0.05),
      ArrowDown: () => this.#louder(-0.05),
    };
    const isVolume = at === this.volume;
    const isNear = this.root.contains(at) || at === document.body;
    if (event.key in arrows) return isVolume || !isNear || (isSlider && at === this.volume) ? null : arrows[event.key];
    return keys[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  }

  #louder(step) {
    this.video.volume = Math.max(0, Math.min(1, this.video.volume + step));
    this.video.muted = this.video.volume === 0;
  }

  /** Fill the window by our own style, and the screen where the browser lets any element do so. */
  toggleFull() {
    const isFull = !this.root.classList.contains('is-full');
    this.#showFull(isFull);
    if (isFull) this.root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
    this.root.focus({ preventScroll: true });
  }

  #showFull(isFull) {
    this.root.classList.toggle('is-full', isFull);
    document.documentElement.classList.toggle('has-full-player', isFull);
    this.root.querySelector('[data-do="full"]').toggleAttribute('data-on', isFull);
  }

  /** An iPhone that plays in its own full screen would hide the question. */
  leaveNativeFullScreen() {
    if (this.video.webkitDisplayingFullscreen) this.video.webkitExitFullscreen();
  }
}

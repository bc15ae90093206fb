// The timeline: what was played, what is buffered, what is released; the rest is locked.
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const text = parts.map((part) => String(part).padStart(2, '0'));
  return hours ? `${hours}:${text.join(':')}` : `${parts[0]}:${text[1]}`;
}

export class Timeline {
  constructor(root, video, session, words, notices) {
    Object.assign(this, { video, session, words, notices, clock });
    this.line = root.querySelector('[data-timeline]');
    this.seekBar = root.querySelector('[data-seek]');
    this.tip = root.querySelector('[data-tip]');
    this.time = root.querySelector('[data-time]');
    this.seekBar.disabled = true;
    this.seekBar.addEventListener('input', () => this.seek(Number(this.seekBar.value)));
    this.line.addEventListener('pointermove', (event) => this.#point(event));
    this.line.addEventListener('pointerleave', () => { this.tip.hidden = true; });
    for (const name of ['timeupdate', 'progress', 'seeking', 'seeked']) {
      video.addEventListener(name, () => this.show());
    }
  }

  ready() {
    this.seekBar.max = Math.ceil(this.session.duration);
    this.seekBar.disabled = false;
    this.show();
  }

  /** Go to a second, but no further than what is released. */
  seek(seconds) {
    const open = this.session.openSeconds;
    const last = this.session.released >= this.session.windowCount ? open - 0.2 : open - 1;
    const target = Math.max(0, Math.min(seconds, Math.max(last, this.video.currentTime)));
    if (seconds > target + 1) this.notices.say(this.words.locked, true);
    this.video.currentTime = target;
    this.show();
  }

  #part(name, seconds) {
    const share = this.session.duration ? Math.min(1, seconds / this.session.duration) : 0;
    this.line.style.setProperty(`--${name}`, `${(share * 100).toFixed(2)}%`);
  }

  #bufferedEnd() {
    const { buffered, currentTime } = this.video;
    for (let n = 0; n < buffered.length; n += 1) {
      if (buffered.start(n) <= currentTime + 0.5 && currentTime <= buffered.end(n)) return buffered.end(n);
    }
    return currentTime;
  }

  show() {
    const { session, video } = this;
    if (!session.duration) return;
    const now = Math.min(video.currentTime, session.duration);
    this.#part('played', now);
    this.#part('buffered', this.#bufferedEnd());
    this.#part('open', session.openSeconds);
    this.seekBar.value = Math.round(now);
    this.time.textContent = clock(now);
    const said = this.words.position
      .replace('{time}', clock(now))
      .replace('{total}', clock(session.duration))
      .replace('{open}', clock(session.openSeconds));
    this.seekBar.setAttribute('aria-valuetext', said);
  }

  #point(event) {
    const box = this.line.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    const seconds = share * this.session.duration;
    if (!Number.isFinite(seconds)) return;
    this.tip.hidden = false;
    this.tip.textContent = seconds > this.session.openSeconds ? `🔒 ${clock(seconds)}` : clock(seconds);
    this.line.style.setProperty('--at', `${(share * 100).toFixed(2)}%`);
  }
}

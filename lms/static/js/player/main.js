// The player of a lesson: lease, stream, pop-ups and the end, each in a module of its own.

import { Controls } from './controls.js';
import { Gate } from './gate.js';
import { Notices } from './notices.js';
import { Popup } from './popup.js';
import { Session } from './session.js';
import { Stream } from './stream.js';

const EDGE_SECONDS = 0.4;

class Player {
  constructor(root, config) {
    this.root = root;
    this.config = config;
    this.words = config.words;
    this.video = root.querySelector('[data-video]');
    this.session = new Session(config.base);
    this.gate = new Gate();
    this.notices = new Notices(root, this.words);
    this.popup = new Popup(root, this.session, this.words);
    this.controls = new Controls(root, this.video, this.gate, this.words);
    this.stream = new Stream(this.video, this.session, this.gate, () => this.showBroken());
    this.isFinished = config.isFinished;
    this.wantsToPlay = false;
    this.wire();
  }

  wire() {
    this.root.addEventListener('wish-play', () => this.play());
    this.root.addEventListener('quality', (event) => { this.stream.quality = event.detail; });
    this.gate.addEventListener('shut', () => this.checkGate());
    this.gate.addEventListener('early', () => this.showWaiting());
    this.gate.addEventListener('offline', () => this.showStandstill(this.words.offline));
    this.gate.addEventListener('elsewhere', () => this.showElsewhere());
    this.gate.addEventListener('refused', (event) => this.showRefused(event.detail));
    this.gate.addEventListener('open', () => this.showProgress());
    this.popup.dialog.addEventListener('lost', (event) => this.onLost(event.detail));
    this.video.addEventListener('timeupdate', () => { this.keepPlace(); this.checkGate(); });
    this.video.addEventListener('waiting', () => { this.checkGate(); this.showWaiting(); });
    this.video.addEventListener('playing', () => this.notices.hide());
    this.video.addEventListener('ended', () => this.finish());
    window.addEventListener('online', () => this.gate.wake());
  }

  async start() {
    try {
      const lease = await this.session.takeLease();
      this.gate.begin(lease);
      this.isFinished = this.isFinished || lease.is_finished;
      this.controls.setSpeeds(lease.max_pace);
      this.playlist = lease.playlist;
      this.stream.start(lease.playlist, this.place(lease));
      this.showProgress();
      this.controls.showTime();
    } catch (refusal) {
      this.notices.show(refusal.detail || this.words.broken, { button: this.words.reload, action: () => window.location.reload() });
    }
  }

  // Where one stopped: a hint of this browser, and never beyond what the server has released.
  place(lease) {
    const kept = Number(localStorage.getItem(this.config.place) || NaN);
    if (Number.isFinite(kept) && kept < this.gate.reach) return kept;
    return lease.is_finished ? 0 : Math.max(0, lease.released - 1) * this.gate.windowSeconds;
  }

  keepPlace() {
    if (!this.video.seeking) localStorage.setItem(this.config.place, this.video.currentTime.toFixed(1));
  }

  async play() {
    this.wantsToPlay = true;
    if (this.gate.isElsewhere) return;
    await this.video.play().catch(() => {});
  }

  get isAtEdge() {
    const { shutAt, windowSeconds, duration } = this.gate;
    if (shutAt === null) return false;
    return this.video.currentTime >= Math.min(shutAt * windowSeconds, duration) - EDGE_SECONDS || this.isStarved;
  }

  // Nothing more to play up to the gate: the buffer ends a little before or after a window does.
  get isStarved() {
    const { buffered, currentTime, readyState } = this.video;
    const ahead = buffered.length ? buffered.end(buffered.length - 1) - currentTime : 0;
    const edge = this.gate.shutAt * this.gate.windowSeconds;
    return readyState < 3 && ahead < 1 && edge - currentTime < 2;
  }

  async checkGate() {
    if (!this.isAtEdge || this.isHolding) return;
    await this.holdAtGate();
  }

  // Stops at a gate until its question is answered; true if one may go on.
  async holdAtGate() {
    this.isHolding = true;
    this.video.pause();
    try {
      this.notices.show(this.words.loading, { spin: true });
      const asking = this.popup.hold();
      const backTo = await asking;
      this.notices.hide();
      if (backTo === undefined) return false;
      if (backTo === null) this.gate.opened();
      else this.fallBack(backTo);
      if (this.wantsToPlay) this.play();
      return backTo === null;
    } catch (refusal) {
      this.onLost(refusal);
      return false;
    } finally {
      this.isHolding = false;
    }
  }

  fallBack(window) {
    this.gate.shutAt = null;
    this.gate.fallBack(window);
    this.stream.restart(window * this.gate.windowSeconds);
    this.notices.show(this.words.fallBack, { button: this.words.play, action: () => { this.notices.hide(); this.play(); } });
    this.wantsToPlay = false;
  }

  onLost(refusal) {
    if (refusal.code === 'playing-elsewhere') this.showElsewhere();
    else this.notices.show(refusal.detail || this.words.refused, { button: this.words.reload, action: () => window.location.reload() });
  }

  async finish() {
    if (this.isFinished || this.isHolding) return;
    for (;;) {
      try {
        await this.session.finish();
        this.showFinished();
        return;
      } catch (refusal) {
        if (!await this.mayAskAgain(refusal)) return;
      }
    }
  }

  async mayAskAgain(refusal) {
    if (refusal.status === 423) return this.holdAtGate();
    if (refusal.status !== 425 && refusal.status) return false;
    await this.gate.pause(refusal.retryMs || 2000);
    return true;
  }

  showFinished() {
    this.isFinished = true;
    localStorage.removeItem(this.config.place);
    this.showProgress();
    const done = document.querySelector('[data-done]');
    done.hidden = false;
    done.querySelector('[data-done-title]').focus();
  }

  showProgress() {
    const { reach, duration } = this.gate;
    const percent = this.isFinished ? 100 : Math.min(99, Math.floor((reach / duration) * 100));
    document.querySelector('[data-progress]').value = percent;
    document.querySelector('[data-progress-text]').textContent = this.isFinished
      ? this.words.done : this.words.percent.replace('{percent}', percent);
  }

  showWaiting() {
    if (this.video.readyState >= 3 || this.isHolding || this.gate.isElsewhere || !this.wantsToPlay) return;
    if (this.gate.waitUntil > performance.now()) this.notices.countDown(this.gate.waitUntil);
    else if (this.gate.shutAt === null) this.notices.show(this.words.loading, { spin: true });
  }

  showStandstill(text) {
    if (this.video.readyState < 3) this.notices.show(text, { spin: true });
  }

  showElsewhere() {
    this.gate.isElsewhere = true;
    this.video.pause();
    this.notices.show(this.words.elsewhere, { button: this.words.takeBack, action: () => this.takeBack() });
  }

  async takeBack() {
    this.notices.show(this.words.loading, { spin: true });
    try {
      this.gate.begin(await this.session.takeLease());
      this.notices.hide();
      this.play();
    } catch (refusal) {
      this.onLost(refusal);
    }
  }

  showRefused(code) {
    if (code === 'token') {
      this.takeBack();
      return;
    }
    const text = code === 'closed' ? this.words.closed : this.words.refused;
    this.notices.show(text, { button: this.words.reload, action: () => window.location.reload() });
  }

  showBroken() {
    this.notices.show(this.words.broken, { button: this.words.reload, action: () => window.location.reload() });
  }
}

const root = document.querySelector('[data-player]');
if (root) new Player(root, JSON.parse(document.getElementById('player-config').textContent)).start();

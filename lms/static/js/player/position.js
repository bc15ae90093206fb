// Tells the server where one stopped, so that any device can go on there. It counts for nothing.
const LEAST_CHANGE_SECONDS = 2;

export class Position {
  #told = null;

  constructor(server, session, video) {
    Object.assign(this, { server, session, video });
    video.addEventListener('pause', () => this.tell());
    video.addEventListener('seeked', () => { if (video.paused) this.tell(); });
    document.addEventListener('visibilitychange', () => { if (document.hidden) this.tell(); });
    window.addEventListener('pagehide', () => this.tell());
  }

  /** Say it if it has changed; a message that is lost is no loss. */
  tell() {
    const seconds = Math.min(this.video.currentTime, this.session.openSeconds);
    const isNew = this.#told === null || Math.abs(seconds - this.#told) >= LEAST_CHANGE_SECONDS;
    if (!this.server.token || !isNew || this.video.readyState === 0) return;
    this.#told = seconds;
    this.server.position(Math.floor(seconds * 1000)).catch(() => { this.#told = null; });
  }
}

// Fetching window keys for hls.js. A key that is not given yet is no error: the request waits.

const OFFLINE_WAITS = [1000, 2000, 4000, 8000];

function emptyStats() {
  const times = () => ({ start: 0, first: 0, end: 0 });
  return {
    aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0,
    loading: times(), parsing: { start: 0, end: 0 }, buffering: times(),
  };
}

function windowOf(url) {
  return Number(new URL(url, window.location.href).pathname.split('/').pop());
}

// A loader class for hls.js: keys go through the gate, everything else through its own loader.
export function gatedLoader(Base, session, gate) {
  return class GatedLoader {
    constructor(config) {
      this.inner = new Base(config);
      this.control = null;
      this.stats = this.inner.stats;
      this.context = null;
    }

    load(context, config, callbacks) {
      this.context = context;
      if (!context.keyInfo) {
        this.inner.load(context, config, callbacks);
        this.stats = this.inner.stats;
        return;
      }
      this.stats = emptyStats();
      this.callbacks = callbacks;
      this.control = new AbortController();
      this.fetchUntilGiven(context, callbacks);
    }

    async fetchUntilGiven(context, callbacks) {
      const { signal } = this.control;
      this.stats.loading.start = performance.now();
      for (let tries = 0; !signal.aborted; ) {
        const reply = await session.fetchKey(context.url, signal).catch(() => null);
        if (signal.aborted) return;
        if (reply && reply.ok) {
          this.give(await reply.arrayBuffer(), context, callbacks);
          return;
        }
        tries = reply ? 0 : tries + 1;
        await this.waitFor(reply, windowOf(context.url), tries, signal);
      }
    }

    give(data, context, callbacks) {
      const now = performance.now();
      this.stats.loading.first = this.stats.loading.end = now;
      this.stats.loaded = this.stats.total = data.byteLength;
      gate.released(windowOf(context.url));
      callbacks.onSuccess({ url: context.url, data, code: 200 }, this.stats, context, null);
    }

    async waitFor(reply, number, tries, signal) {
      if (!reply) {
        gate.offline();
        const wait = OFFLINE_WAITS[Math.min(tries - 1, OFFLINE_WAITS.length - 1)];
        await gate.pause(wait, signal);
        return;
      }
      const body = await reply.json().catch(() => ({}));
      await gate.refused(body, number, signal);
    }

    abort() {
      if (!this.control) {
        this.inner.abort();
        return;
      }
      if (this.control.signal.aborted) return;
      this.control.abort();
      this.stats.aborted = true;
      if (this.callbacks.onAbort) this.callbacks.onAbort(this.stats, this.context, null);
    }

    destroy() {
      if (this.control) this.control.abort();
      this.inner.destroy();
      this.callbacks = null;
      this.context = null;
    }

    getCacheAge() {
      return this.inner.getCacheAge ? this.inner.getCacheAge() : null;
    }

    getResponseHeader(name) {
      return this.inner.getResponseHeader ? this.inner.getResponseHeader(name) : null;
    }
  };
}

// Uploads a film with the tus-js-client that the pages use, stops half way, and goes on:
//   node tus_client.js BEGIN|FINISH JOB        (JOB: a file of JSON)
// BEGIN prints the address of the upload it left; FINISH goes on there and prints the result.
const fs = require('node:fs');

const [, , step, job] = process.argv;
const { client, film, endpoint, lesson, headers, chunkBytes, uploadUrl } = JSON.parse(fs.readFileSync(job));
const tus = require(client);

// The stack for browsers asks by XMLHttpRequest, which Node does not have; the rest is as it ships.
class FetchRequest {
  constructor(method, url) {
    Object.assign(this, { method, url, headers: {}, controller: new AbortController() });
    this.progress = () => {};
  }
  getMethod() { return this.method; }
  getURL() { return this.url; }
  setHeader(name, value) { this.headers[name] = value; }
  getHeader(name) { return this.headers[name]; }
  setProgressHandler(handler) { this.progress = handler; }
  getUnderlyingObject() { return null; }
  async abort() { this.controller.abort(); }
  async send(body = null) {
    const { method, headers: given, controller: { signal } } = this;
    const response = await fetch(this.url, { method, headers: given, body, signal });
    const text = await response.text();
    if (body) this.progress(body.size);
    return {
      getStatus: () => response.status,
      getHeader: (name) => response.headers.get(name) ?? undefined,
      getBody: () => text,
      getUnderlyingObject: () => response,
    };
  }
}
const httpStack = {
  createRequest: (method, url) => new FetchRequest(method, url),
  getName: () => 'fetch',
};

const content = fs.readFileSync(film);
const upload = new tus.Upload(new Blob([content]), {
  endpoint,
  uploadUrl,
  httpStack,
  headers,
  chunkSize: chunkBytes,
  retryDelays: [0, 500],
  storeFingerprintForResuming: false,
  metadata: { filename: 'film.mp4', lesson: String(lesson) },
  onChunkComplete: async (_size, sent) => {
    if (step !== 'BEGIN' || sent < content.length / 2) return;
    await upload.abort();
    console.log(JSON.stringify({ url: upload.url, sent }));
    process.exit(0);
  },
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: ({ lastResponse }) => {
    console.log(JSON.stringify({ result: lastResponse.getHeader('Upload-Result') }));
  },
});
upload.start();

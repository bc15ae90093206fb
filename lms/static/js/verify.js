// Scans a certificate's QR code with the camera or from a photo, where the browser can read codes
// by itself. Elsewhere the page offers the other ways only.
const scanner = document.querySelector('[data-scanner]');
const part = (name) => scanner.querySelector(`[data-scan-${name}]`);
const RECORD = /^\/v\/[A-Za-z0-9_-]{22}$/;
const PAUSE_MS = 200;
let detector = null;
let stream = null;

function say(text) {
  part('state').textContent = text;
}

/** The path of the certificate a code leads to, or null. Its host is ignored: we ask our own. */
function recordPath(text) {
  try {
    const { pathname } = new URL(text);
    return RECORD.test(pathname) ? pathname : null;
  } catch {
    return null;
  }
}

/** Opens the record if one of the codes leads to one; tells whether any code was seen. */
function follow(codes) {
  const path = codes.map((code) => recordPath(code.rawValue)).find(Boolean);
  if (path) {
    stop();
    window.location.assign(path);
  } else if (codes.length) {
    say(scanner.dataset.foreign);
  }
  return codes.length > 0;
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  part('view').hidden = true;
  part('stop').hidden = true;
  part('start').hidden = false;
}

async function look() {
  if (!stream) return;
  try {
    follow(await detector.detect(part('view')));
  } catch {
    // A picture that is not there yet; the next look will find it.
  }
  window.setTimeout(look, PAUSE_MS);
}

async function start() {
  say('');
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    say(scanner.dataset.denied);
    return;
  }
  const view = part('view');
  view.srcObject = stream;
  view.hidden = false;
  part('stop').hidden = false;
  part('start').hidden = true;
  await view.play();
  look();
}

async function readPhoto(photo) {
  say('');
  try {
    const picture = await createImageBitmap(photo);
    if (!follow(await detector.detect(picture))) say(scanner.dataset.nothing);
  } catch {
    say(scanner.dataset.nothing);
  }
}

function choosePhoto(event) {
  const [photo] = event.target.files;
  if (photo) readPhoto(photo);
  event.target.value = '';
}

/** A file that was dropped or chosen is checked at once; a photo is read here if that can be. */
function takeFile(event) {
  const [file] = event.detail.files;
  if (detector && file.type.startsWith('image/')) {
    scanner.scrollIntoView({ block: 'center' });
    readPhoto(file);
  } else {
    event.target.closest('form').requestSubmit();
  }
}

async function offer() {
  if (!('BarcodeDetector' in window)) return;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes('qr_code')) return;
  detector = new window.BarcodeDetector({ formats: ['qr_code'] });
  scanner.hidden = false;
  part('start').hidden = !navigator.mediaDevices?.getUserMedia;
  part('start').addEventListener('click', start);
  part('stop').addEventListener('click', stop);
  part('photo').addEventListener('change', choosePhoto);
  window.addEventListener('pagehide', stop);
}

document.addEventListener('drop:files', takeFile);
offer();

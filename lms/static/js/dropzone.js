// The shell of a file drop zone. A feature listens for `drop:files` on the zone, sends the file its
// own way, and reports back through showProgress, showState and reset.
const parts = (zone) => ({
  box: zone.querySelector('[data-drop-progress]'),
  bar: zone.querySelector('progress'),
  name: zone.querySelector('[data-drop-name]'),
  percent: zone.querySelector('[data-drop-percent]'),
  state: zone.querySelector('[data-drop-state]'),
});

/** Show that `share` (0 to 1) of the file called `name` has arrived. */
export function showProgress(zone, name, share) {
  const { box, bar, name: label, percent } = parts(zone);
  box.hidden = false;
  bar.value = share * 100;
  label.textContent = name;
  percent.textContent = `${Math.floor(share * 100)}%`;
}

/** Say in words how it stands; tone is info, success or danger. */
export function showState(zone, text, tone = 'info') {
  const { box, state } = parts(zone);
  box.hidden = false;
  state.textContent = text;
  state.dataset.tone = tone;
}

/** Make the zone ready for another file. */
export function reset(zone) {
  parts(zone).box.hidden = true;
  zone.querySelector('input[type=file]').value = '';
}

function offer(zone, files) {
  if (!files.length) return;
  const { name } = parts(zone);
  name.textContent = files[0].name;
  zone.dataset.filled = 'yes';
  zone.dispatchEvent(new CustomEvent('drop:files', { bubbles: true, detail: { files: [...files] } }));
}

function onceAllListen(act) {
  if (document.readyState === 'complete') window.setTimeout(act);
  else window.addEventListener('load', act, { once: true });
}

function wire(zone) {
  const input = zone.querySelector('input[type=file]');
  input.addEventListener('change', () => offer(zone, input.files));
  // Chosen on a slow line before this script came: offered as soon as everybody listens.
  if (input.files.length) onceAllListen(() => offer(zone, input.files));
  for (const name of ['dragenter', 'dragover']) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add('is-over'); });
  }
  for (const name of ['dragleave', 'drop']) {
    zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove('is-over'); });
  }
  zone.addEventListener('drop', (event) => {
    input.files = event.dataTransfer.files;
    offer(zone, input.files);
  });
}

const wireAll = (root) => root.querySelectorAll('[data-drop-zone]').forEach(wire);
wireAll(document);
document.addEventListener('part:loaded', (event) => wireAll(event.target));

// Shows the seek thumbnail of the instant chosen for a film's poster.
const CUE = /^(\d+):(\d+):(\d+)\.\d+ -->.*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/gm;
const known = new Map();

async function thumbnailsAt(address) {
  const response = await fetch(address);
  const text = response.ok ? await response.text() : '';
  return new Map([...text.matchAll(CUE)].map(([, hours, minutes, seconds, sheet, ...box]) => [
    Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds),
    { sheet: new URL(sheet, new URL(address, window.location.href)).href, box: box.map(Number) },
  ]));
}

document.addEventListener('change', async (event) => {
  const select = event.target.closest('[data-poster-second]');
  if (!select) return;
  const view = select.form.querySelector('[data-poster-view]');
  const address = select.dataset.posterSecond;
  if (!known.has(address)) known.set(address, thumbnailsAt(address));
  const found = (await known.get(address)).get(Number(select.value));
  view.hidden = !found;
  if (!found) return;
  const [left, top, width, height] = found.box;
  view.style.width = `${width}px`;
  view.style.height = `${height}px`;
  view.style.background = `url("${found.sheet}") -${left}px -${top}px`;
});

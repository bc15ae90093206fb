// A roster that is too large is refused before it is sent; the server looks again.
import { reset, showState } from './dropzone.js';

const field = document.querySelector('[data-roster-upload]');

field?.addEventListener('drop:files', (event) => {
  const zone = event.target;
  const { maxBytes, wordLarge, wordReady } = field.dataset;
  const isLarge = event.detail.files[0].size > Number(maxBytes);
  if (isLarge) reset(zone);
  showState(zone, isLarge ? wordLarge : wordReady, isLarge ? 'danger' : 'success');
  zone.querySelector('progress').hidden = true;
});

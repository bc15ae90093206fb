// Films of lessons: each panel sends its own, the section above the list sends several.
import { isBusy, wirePanels } from './uploads/panel.js';
import { wireSection } from './uploads/many.js';

wirePanels(document);
document.addEventListener('part:loaded', (event) => wirePanels(event.target));
document.querySelectorAll('[data-uploads]').forEach(wireSection);
window.addEventListener('beforeunload', (event) => {
  if (isBusy()) event.preventDefault();
});

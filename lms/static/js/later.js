// Parts of a page that come when they are looked at: <div data-later="address">link</div>.
// The part is told of by `part:loaded`, so that other modules can wire what is in it.
const SEEN = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach((entry) => load(entry.target));
}, { rootMargin: '300px' });

/** Modules named inside a part are not run by putting it into the page. */
function runModules(box) {
  box.querySelectorAll('script[type=module][src]').forEach((script) => import(script.src));
}

/** Bring the part now; resolves once it is there, also if it was before. */
export async function load(box) {
  SEEN.unobserve(box);
  box.later ??= bring(box);
  return box.later;
}

async function bring(box) {
  box.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(box.dataset.later, { headers: { 'HX-Request': 'true' } });
    // Without the part its link stays, which leads to the same thing as a page.
    if (!response.ok) return;
    box.innerHTML = await response.text();
    window.htmx?.process(box);
    runModules(box);
    box.dispatchEvent(new CustomEvent('part:loaded', { bubbles: true }));
  } catch {
    box.later = null;
  } finally {
    box.removeAttribute('aria-busy');
  }
}

/** Watch the parts below `root`. */
export function watch(root) {
  root.querySelectorAll('[data-later]').forEach((box) => SEEN.observe(box));
}

watch(document);

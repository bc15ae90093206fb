// Formulas of question texts: TeX becomes MathML, which browsers draw themselves. It needs no styles
// in the page, which the content security policy would refuse. KaTeX is loaded only where one stands.
const KATEX = new URL('../vendor/katex/katex.min.js', import.meta.url);
// A formula is a trainer's: it may neither load anything nor expand without end.
const OPTIONS = { output: 'mathml', throwOnError: true, strict: 'ignore', trust: false, maxExpand: 200, maxSize: 20 };

let loading = null;

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.addEventListener('load', () => resolve(window.katex));
    script.addEventListener('error', reject);
    script.src = KATEX;
    document.head.append(script);
  });
  return loading;
}

function draw(katex, place) {
  const tex = place.textContent;
  try {
    katex.render(tex, place, { ...OPTIONS, displayMode: place.dataset.formula === 'block' });
  } catch {
    // What KaTeX cannot read stays readable as it was written.
    place.textContent = tex;
  }
  delete place.dataset.formula;
}

/** Draw the formulas within `root`. */
export async function drawFormulas(root) {
  const places = [...root.querySelectorAll('[data-formula]')];
  if (!places.length) return;
  try {
    const katex = await load();
    places.forEach((place) => draw(katex, place));
  } catch {
    // The line is away: the TeX stays, and the next question tries anew.
    loading = null;
  }
}

drawFormulas(document);

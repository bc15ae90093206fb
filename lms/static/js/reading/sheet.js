// The page itself: text as the server cut it, or a PDF of one page, drawn. Its size is one's own.
import { keep, recall } from '../reader/memory.js';

const SIZES = [0.875, 1, 1.125, 1.25, 1.5, 1.75];
const NORMAL = 1;
// A canvas larger than this takes more memory than a phone gives to one tab.
const MOST_PIXELS = 2 ** 24;

export class Sheet {
  #place = recall('book-size', NORMAL);
  #pdf = null;
  // How many pages were put there: what comes late for an earlier one is dropped.
  #shown = 0;

  constructor(root) {
    this.root = root;
    this.article = root.querySelector('[data-page]');
    this.box = root.querySelector('[data-sizes]');
    this.box.addEventListener('click', (event) => {
      const step = event.target.closest('[data-size]')?.dataset.size;
      if (!step) return;
      this.#place += Number(step);
      keep('book-size', this.#place);
      this.#resize();
    });
    let width = window.innerWidth;
    window.addEventListener('resize', () => {
      if (width !== window.innerWidth) this.#draw();
      width = window.innerWidth;
    });
    this.#resize();
  }

  get #size() {
    return SIZES[this.#place];
  }

  #resize() {
    this.#place = Math.max(0, Math.min(SIZES.length - 1, this.#place));
    this.article.style.setProperty('--book-size', `${this.#size}rem`);
    this.box.querySelector('[data-size="-1"]').disabled = this.#place === 0;
    this.box.querySelector('[data-size="1"]').disabled = this.#place === SIZES.length - 1;
    this.#draw();
  }

  /** Put a page there; `label` is its name. */
  async show(content, label) {
    this.#shown += 1;
    const mine = this.#shown;
    this.article.setAttribute('aria-label', label);
    this.article.classList.toggle('is-drawn', Boolean(content.pdf));
    this.#close();
    if (content.pdf) {
      this.article.replaceChildren();
      const pdf = await open(content.pdf, this.root.dataset.pdfFolder);
      if (mine !== this.#shown) {
        pdf.destroy();
        return;
      }
      this.#pdf = pdf;
      await this.#draw();
    } else {
      // Cleaned by the server when the book was uploaded, and cut by it.
      this.article.innerHTML = content.html;
    }
  }

  #close() {
    const former = this.#pdf;
    this.#pdf = null;
    former?.destroy();
  }

  focus() {
    this.article.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: 'start' });
  }

  // Turned before it was drawn, a page is drawn no further.
  async #draw() {
    const pdf = this.#pdf;
    if (!pdf) return;
    try {
      await this.#paint(pdf);
    } catch (error) {
      if (pdf === this.#pdf) throw error;
    }
  }

  async #paint(pdf) {
    const page = await pdf.getPage(1);
    const plain = page.getViewport({ scale: 1 });
    const { paddingLeft, paddingRight } = window.getComputedStyle(this.article);
    const room = this.article.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const width = room * Math.max(1, this.#size);
    const ratio = Math.min(
      window.devicePixelRatio || 1,
      Math.sqrt(MOST_PIXELS / (width * width * (plain.height / plain.width))),
    );
    const viewport = page.getViewport({ scale: (width / plain.width) * ratio });
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: Math.floor(viewport.width), height: Math.floor(viewport.height) });
    canvas.style.setProperty('--page-width', `${Math.floor(width)}px`);
    canvas.setAttribute('aria-hidden', 'true');
    await page.render({ canvas, canvasContext: canvas.getContext('2d'), viewport }).promise;
    const { items } = await page.getTextContent();
    if (pdf !== this.#pdf) return;
    const text = document.createElement('p');
    text.className = 'visually-hidden';
    text.textContent = items.map((item) => item.str + (item.hasEOL ? '\n' : '')).join('');
    this.article.replaceChildren(canvas, text);
  }
}

async function open(data, folder) {
  const { GlobalWorkerOptions, getDocument } = await import('../../vendor/pdfjs/pdf.min.js');
  const path = new URL(folder, document.baseURI).href;
  GlobalWorkerOptions.workerSrc = `${path}pdf.worker.min.js`;
  return getDocument({
    data,
    cMapUrl: `${path}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${path}standard_fonts/`,
    wasmUrl: `${path}wasm/`,
    // The content security policy allows neither.
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
  }).promise;
}

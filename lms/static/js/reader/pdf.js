// Reading a PDF in the page: pdf.js draws it, this adds the bar, the keys and the memory.
import { AnnotationMode, GlobalWorkerOptions, getDocument } from '../../vendor/pdfjs/pdf.min.js';
import {
  EventBus, FindState, LinkTarget, PDFFindController, PDFLinkService, PDFViewer,
} from '../../vendor/pdfjs/pdf_viewer.js';
import { keep, recall } from './memory.js';

const STEP = 1.15;
const SMALLEST = 0.25;
const LARGEST = 5;
// The words of the page are the server's; pdf.js has none of its own to add.
const WORDLESS = {
  getLanguage: () => document.documentElement.lang,
  getDirection: () => 'ltr',
  get: async (_ids, _args, fallback) => fallback ?? '',
  translate: async () => {},
  translateOnce: async () => {},
  destroy: async () => {},
  pause() {},
  resume() {},
};

function makeViewer(container) {
  const eventBus = new EventBus();
  const linkService = new PDFLinkService({
    eventBus, externalLinkTarget: LinkTarget.BLANK, externalLinkRel: 'noopener noreferrer nofollow',
  });
  const findController = new PDFFindController({ eventBus, linkService });
  const viewer = new PDFViewer({
    container,
    eventBus,
    linkService,
    findController,
    l10n: WORDLESS,
    annotationMode: AnnotationMode.ENABLE,
    // A page drawn larger than this takes more memory than a phone gives to one tab.
    maxCanvasPixels: 2 ** 24,
  });
  linkService.setViewer(viewer);
  return { eventBus, linkService, findController, viewer };
}

function open(reader) {
  const { url, folder } = reader.dataset;
  const path = new URL(folder, document.baseURI).href;
  GlobalWorkerOptions.workerSrc = `${path}pdf.worker.min.js`;
  return getDocument({
    url,
    httpHeaders: { 'X-Etextbook-Reader': '1' },
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

function wirePlace(reader, { eventBus, viewer }) {
  const input = reader.querySelector('[data-pdf-page]');
  const name = `book:${reader.dataset.book}`;
  eventBus.on('pagesinit', () => {
    viewer.currentScaleValue = 'page-width';
    viewer.currentPageNumber = Math.min(recall(name, 1), viewer.pagesCount);
    reader.querySelector('[data-pdf-pages]').textContent = viewer.pagesCount;
    input.value = viewer.currentPageNumber;
  });
  eventBus.on('pagechanging', ({ pageNumber }) => {
    input.value = pageNumber;
    keep(name, pageNumber);
  });
  eventBus.on('pagerendered', ({ source, pageNumber }) => {
    source.div.setAttribute('aria-label', reader.dataset.wordPage.replace('{page}', pageNumber));
  });
  eventBus.on('scalechanging', ({ scale }) => {
    reader.querySelector('[data-pdf-scale]').textContent = `${Math.round(scale * 100)}%`;
  });
  input.addEventListener('change', () => {
    const wanted = Number.parseInt(input.value, 10);
    if (wanted >= 1 && wanted <= viewer.pagesCount) viewer.currentPageNumber = wanted;
    input.value = viewer.currentPageNumber;
  });
}

function wireSearch(reader, { eventBus }) {
  const form = reader.querySelector('[data-pdf-search]');
  const input = form.querySelector('input');
  const found = form.querySelector('[data-pdf-found]');
  let asked = '';
  const find = (findPrevious) => {
    const query = input.value.trim();
    const type = query && query === asked ? 'again' : '';
    asked = query;
    eventBus.dispatch('find', {
      source: form, type, query, findPrevious,
      caseSensitive: false, entireWord: false, highlightAll: true, matchDiacritics: false,
    });
    if (!query) found.textContent = '';
  };
  const show = ({ state, matchesCount: { current, total } }) => {
    if (!asked) return;
    if (total) {
      const text = reader.dataset.wordFound;
      found.textContent = text.replace('{current}', current).replace('{total}', total);
    } else if (state === FindState.NOT_FOUND) found.textContent = reader.dataset.wordNone;
  };
  eventBus.on('updatefindcontrolstate', show);
  eventBus.on('updatefindmatchescount', show);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    find(false);
  });
  input.addEventListener('search', () => { if (!input.value) find(false); });
  return { find, focus: () => input.select() };
}

function commands({ viewer }, search) {
  const zoom = (factor) => {
    viewer.currentScale = Math.max(SMALLEST, Math.min(LARGEST, viewer.currentScale * factor));
  };
  return {
    previous: () => viewer.previousPage(),
    next: () => viewer.nextPage(),
    smaller: () => zoom(1 / STEP),
    larger: () => zoom(STEP),
    width: () => { viewer.currentScaleValue = 'page-width'; },
    earlier: () => search.find(true),
    search: () => search.focus(),
  };
}

const KEYS = {
  ArrowLeft: 'previous', ArrowRight: 'next', '-': 'smaller', '+': 'larger', '=': 'larger', 0: 'width',
  '/': 'search',
};

function wireKeys(acts) {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.metaKey || event.target.closest('input, textarea, select')) return;
    // What the browser searches is only the pages drawn so far; the book is searched instead.
    const name = event.ctrlKey ? { f: 'search' }[event.key] : KEYS[event.key];
    if (!name) return;
    event.preventDefault();
    acts[name]();
  });
}

async function start(reader) {
  const parts = makeViewer(reader.querySelector('[data-pdf-view]'));
  wirePlace(reader, parts);
  const acts = commands(parts, wireSearch(reader, parts));
  reader.addEventListener('click', (event) => {
    const name = event.target.closest('[data-pdf-do]')?.dataset.pdfDo;
    if (name) acts[name]();
  });
  wireKeys(acts);
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    // A phone's address bar comes and goes; only a new width asks for a new fit.
    if (width !== window.innerWidth && parts.viewer.currentScaleValue === 'page-width') acts.width();
    width = window.innerWidth;
  });
  try {
    const book = await open(reader);
    parts.linkService.setDocument(book, null);
    parts.viewer.setDocument(book);
  } catch {
    const failed = reader.querySelector('[data-pdf-failed]');
    failed.textContent = reader.dataset.wordFailed;
    failed.hidden = false;
  }
}

document.querySelectorAll('[data-pdf]').forEach(start);

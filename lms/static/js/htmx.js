// What htmx needs here: the forgery token, and a message where a request fails.
import { toast } from './toasts.js';
import { word } from './words.js';

const TOKEN = document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener('htmx:config:request', (event) => {
  const { request } = event.detail.ctx;
  if (TOKEN && !/^(GET|HEAD|QUERY)$/i.test(request.method)) request.headers['X-CSRFToken'] = TOKEN;
});

/** The server's own sentence, from a problem document or from the error page it sent. */
function sentence(ctx) {
  try {
    if (/json/.test(ctx.response.headers.get('content-type') ?? '')) return JSON.parse(ctx.text).detail;
  } catch {
    return '';
  }
  const page = new DOMParser().parseFromString(ctx.text ?? '', 'text/html');
  return page.querySelector('[data-error-message]')?.dataset.errorMessage ?? '';
}

// 422 is swapped like any answer: it is the form again, with its errors at the fields.
document.addEventListener('htmx:response:error', (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status === 422) return;
  if (ctx.response.status === 401) window.location.reload();
  else toast(sentence(ctx) || word('failed'), 'danger');
});

document.addEventListener('htmx:error', (event) => {
  if (event.detail.ctx) toast(word(navigator.onLine ? 'failed' : 'offline'), 'danger');
});

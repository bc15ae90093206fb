// The behaviours every page has. A feature's own module is added by its page.
import './confirm.js';
import './dialogs.js';
import './forms.js';
import './htmx.js';
import './nav.js';
import './toasts.js';

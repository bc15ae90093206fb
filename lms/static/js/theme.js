// Runs before the first paint, so that a page never flashes in the wrong colours.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');

  function chosen() {
    try {
      return localStorage.getItem('theme') || 'auto';
    } catch {
      return 'auto'; // Storage may be forbidden; the system's choice still holds.
    }
  }

  function apply() {
    const theme = chosen();
    const shown = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
    root.setAttribute('data-bs-theme', shown);
    root.dispatchEvent(new CustomEvent('theme:change', { detail: { theme, shown } }));
  }

  // A page of ours that stands in a frame of ours shows no header and no footer of its own.
  root.toggleAttribute('data-framed', window.parent !== window);
  apply();
  dark.addEventListener('change', apply);
  window.addEventListener('storage', (event) => event.key === 'theme' && apply());
  window.xueshiTheme = {
    chosen,
    choose(theme) {
      try {
        localStorage.setItem('theme', theme);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
      apply();
    },
  };
})();

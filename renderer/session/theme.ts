export type Theme = 'system' | 'light' | 'dark';

const KEY = 'sendwright.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** The theme chosen in this browser; the system's where none was. */
export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function show(theme: Theme): void {
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

/** Shows a theme and remembers it; `system` follows the system from then on. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  show(theme);
}

dark.addEventListener('change', () => show(storedTheme()));

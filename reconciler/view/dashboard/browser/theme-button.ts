/** Read by the server, so that a page comes in its theme; kept for a year. Also sent where a link from elsewhere leads here. */
const KEPT = 'intendant-theme';
const YEAR_S = 31_536_000;
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** The button that goes through the themes; what was chosen is kept in this browser. */
export function startThemeButton(): void {
  const button = document.getElementById('theme');
  if (!button) return;
  const root = document.documentElement;
  const show = (theme: Theme): void => {
    if (theme === 'auto') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
    button.textContent = `Theme: ${theme}`;
  };
  let theme: Theme = THEMES.find((one) => one === root.dataset['theme']) ?? 'auto';
  show(theme);
  button.hidden = false;
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
    show(theme);
    document.cookie = `${KEPT}=${theme}; path=/; max-age=${theme === 'auto' ? 0 : YEAR_S}; samesite=lax`;
  });
}

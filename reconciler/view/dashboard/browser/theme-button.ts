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
    try {
      if (theme === 'auto') localStorage.removeItem('theme');
      else localStorage.setItem('theme', theme);
    } catch {
      // Without storage the choice holds for this page.
    }
  });
}

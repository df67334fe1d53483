// Runs before anything is painted: puts the theme that was chosen here onto the page.
{
  const chosen = ((): string | null => {
    try {
      return localStorage.getItem('theme');
    } catch {
      return null;
    }
  })();
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset['theme'] = chosen;
}

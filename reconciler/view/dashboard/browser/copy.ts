import { MINE } from './morph.ts';

/** Gives every command a button that copies it. */
export function addCopyButtons(): void {
  if (!('clipboard' in navigator)) return;
  for (const code of document.querySelectorAll<HTMLElement>('code.command')) {
    if (code.nextElementSibling?.hasAttribute(MINE)) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.setAttribute(MINE, '');
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy: ${code.textContent}`);
    button.addEventListener('click', () => {
      void navigator.clipboard.writeText(code.textContent).then(
        () => (button.textContent = 'Copied'),
        () => (button.textContent = 'Not copied'),
      );
    });
    code.after(button);
  }
}

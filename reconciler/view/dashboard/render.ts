import type { JSX } from 'hono/jsx/jsx-runtime';

/** A whole document as text. What stands in it as text is escaped by the renderer, always. */
export async function render(page: JSX.Element): Promise<string> {
  const html: { toString(): string | Promise<string> } = await page;
  return `<!DOCTYPE html>${await html.toString()}`;
}

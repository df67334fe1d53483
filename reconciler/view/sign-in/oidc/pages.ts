import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A page of the sign-in: a heading, a sentence, and a way on. Everything is text; there is no script and no style. */
export async function page(title: string, sentence: string, link: { to: string; text: string }): Promise<string> {
  const whole: HtmlEscapedString | Promise<HtmlEscapedString> = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Intendant</title>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${sentence}</p>
          <p><a href="${link.to}">${link.text}</a></p>
        </main>
      </body>
    </html> `;
  return String(await whole);
}

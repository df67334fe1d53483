import { fileURLToPath } from 'node:url';

/**
 * URL of a worker's or child process's entry file that stands beside the caller, for example
 * `workerEntry(import.meta.url, './git-worker')`. From compiled code that is the compiled sibling; from TypeScript
 * sources (tests) it is the file that `npm run build` wrote for it under `dist/`, since Node 20 cannot run TypeScript.
 */
export function workerEntry(callerUrl: string, relative: string): URL {
  if (!callerUrl.endsWith('.ts')) return new URL(`${relative}.js`, callerUrl);
  const root = new URL('../../', import.meta.url);
  const source = fileURLToPath(new URL(`${relative}.js`, callerUrl)).slice(fileURLToPath(root).length);
  return new URL(`dist/${source}`, root);
}

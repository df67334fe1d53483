import { distance } from 'fastest-levenshtein';

/** The candidate that the writer most likely meant, or undefined when none is near. */
export function suggest(found: string, candidates: Iterable<string>): string | undefined {
  const wanted = found.toLowerCase();
  let best: string | undefined;
  // Up to three letters: one may differ; then two (`hots` → `host` is two), and a third of them in long words.
  let limit = found.length <= 3 ? 2 : Math.max(2, Math.floor(found.length / 3)) + 1;
  for (const candidate of candidates) {
    // The distance is at least the difference in length: most candidates of a large fleet end here.
    if (Math.abs(candidate.length - found.length) >= limit) continue;
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < limit) {
      best = candidate;
      limit = steps;
    }
  }
  return best;
}

/** `, did you mean \`x\`?`, or nothing. */
export function didYouMean(found: string, candidates: Iterable<string>): string {
  const best = suggest(found, candidates);
  return best === undefined ? '' : `, did you mean \`${best}\`?`;
}

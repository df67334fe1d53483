import { distance } from 'fastest-levenshtein';

/** The candidate that the writer most likely meant, or undefined when none is near. */
export function suggest(found: string, candidates: Iterable<string>): string | undefined {
  const wanted = found.toLowerCase();
  let best: string | undefined;
  let bestSteps = Infinity;
  // Up to three letters: one may differ; then two (`hots` → `host` is two), and a third of them in long words.
  const limit = found.length <= 3 ? 2 : Math.max(2, Math.floor(found.length / 3)) + 1;
  for (const candidate of candidates) {
    // The distance is at least the difference in length: most candidates of a large fleet end here.
    if (Math.abs(candidate.length - found.length) >= limit) continue;
    const steps = stepsBetween(wanted, candidate.toLowerCase());
    // Of several equally near, the first by name: the answer must not depend on the order in which files are read.
    if (steps >= limit || steps > bestSteps || (steps === bestSteps && candidate > best!)) continue;
    best = candidate;
    bestSteps = steps;
  }
  return best;
}

/** The edit distance, where the same letters in another order (`wbe`, `web`) count as one slip. */
function stepsBetween(a: string, b: string): number {
  const steps = distance(a, b);
  return steps === 2 && a.length === b.length && [...a].sort().join('') === [...b].sort().join('') ? 1 : steps;
}

/** `, did you mean \`x\`?`, or nothing. */
export function didYouMean(found: string, candidates: Iterable<string>): string {
  const best = suggest(found, candidates);
  return best === undefined ? '' : `, did you mean \`${best}\`?`;
}

/** What one template may be and do at most. Counted, never timed, so that a slow machine renders what a fast one does. */
export const TEMPLATE_LIMITS = {
  /** Characters of a template. */
  text: 256 * 1024,
  /** Marks (`{{ }}` and `{% %}`) of a template. */
  marks: 10_000,
  /** Characters of one mark. */
  mark: 2000,
  /** Blocks inside one another. */
  depth: 32,
  /** Parts that are rendered, those of a loop counted at each turn. */
  steps: 20_000,
  /** Characters that are written and made on the way. */
  characters: 1_000_000,
} as const;

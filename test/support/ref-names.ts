/** Ref names that git takes. */
export const VALID_REF_NAMES = [
  'refs/heads/main',
  'refs/heads/intendant/status',
  'refs/heads/a.b',
  'refs/heads/@',
  'refs/heads/ü',
  'a/b',
];

/** Ref names that git refuses. */
export const INVALID_REF_NAMES = [
  '@',
  'main',
  'refs/heads/.a',
  'refs/heads/a.lock',
  'refs/heads/a.lock/b',
  'refs/heads/a..b',
  'refs/heads/a b',
  'refs/heads/a~b',
  'refs/heads/a^',
  'refs/heads/a:b',
  'refs/heads/a?',
  'refs/heads/a*',
  'refs/heads/a[',
  'refs/heads/a\\b',
  'refs/heads/',
  'refs//heads',
  'refs/heads/a/',
  'refs/heads/a.',
  'refs/heads/a@{b',
  'refs/heads/a\u007f',
];

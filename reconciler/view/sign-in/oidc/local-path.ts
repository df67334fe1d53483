const NOWHERE = 'http://view.invalid';

/** A path of the view with its query, from what a URL says where to go after the sign-in. Whatever could lead elsewhere becomes `/`. */
export function localPath(to: string | undefined): string {
  if (to === undefined || to.length > 2000 || !/^\/(?![/\\])/.test(to) || /[\\\p{Cc}]/u.test(to)) return '/';
  if (!URL.canParse(to, NOWHERE)) return '/';
  const url = new URL(to, NOWHERE);
  // Dots may have been folded away: `/.//elsewhere` is `//elsewhere`.
  if (url.origin !== NOWHERE || url.pathname.startsWith('//')) return '/';
  if (url.pathname === '/sign-in' || url.pathname.startsWith('/sign-in/')) return '/';
  return `${url.pathname}${url.search}`;
}

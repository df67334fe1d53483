// A package outside the project that brings an authenticator: lets in whoever shows the badge of its options.
export function createAuthenticator({ badge }, { log }) {
  if (typeof badge !== 'string') throw new Error('options.badge is not a text');
  log.info({ badge: typeof badge }, 'badges are looked at');
  return {
    type: 'badge',
    carries: ({ headers }) => headers.has('x-badge'),
    async authenticate({ headers }, signal) {
      const shown = headers.get('x-badge');
      if (shown === 'silent')
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      if (shown === 'nonsense') return { outcome: 'accepted', identity: { name: '' } };
      if (shown === 'endless') return { outcome: 'accepted', identity: { name: 'x'.repeat(1000) } };
      if (shown === 'broken' || shown === 'cut') throw new Error('the reader of badges is broken');
      return shown === badge
        ? { outcome: 'accepted', identity: { name: `holder of ${badge}` } }
        : { outcome: 'refused' };
    },
  };
}

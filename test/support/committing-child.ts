import { openEmbeddedStore } from '../../reconciler/store/embedded-store.ts';

// Writes all of a set of keys with one number per commit, and says which number has been acknowledged, until it is killed.
const [folder = '', count = '0', first = '0'] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, n) => `objects/${n}`);
const store = await openEmbeddedStore({ folder });
for (let number = Number(first); ; number += 1) {
  await store.commit(names.map((put) => ({ put, value: { number, padding: 'x'.repeat(500) } })));
  process.stdout.write(`${number}\n`);
}

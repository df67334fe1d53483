import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderScript } from '../../reconciler/hosts/families/family.ts';
import { familyNamed, familyNameOf, type FamilyFacts } from '../../reconciler/hosts/families/registry.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./families/${name}.json`, import.meta.url), 'utf8'));
const hosts = read('hosts') as { host: string; facts: Partial<FamilyFacts>; family: string | null }[];
const names = ['apt', 'dnf', 'yum', 'zypper', 'apk', 'rpm-ostree', 'bootc'];

/** Everything that a host of the family can be told, as a person would read it. */
function scriptsOf(name: string): string {
  const family = familyNamed(name)!;
  const image = family.images;
  const parts: [string, string][] = [
    ['upgrade', renderScript(family, family.upgrade())],
    ['a reboot is needed', family.rebootNeeded().bits.map((bit) => (typeof bit === 'string' ? bit : '?')).join(' ')],
    ...(image
      ? ([
          ['deploy 41.1', renderScript(family, image.deploy('41.1'))],
          ['41.1 is deployed', image.isDeployed('41.1').bits.map((bit) => (typeof bit === 'string' ? bit : '?')).join(' ')],
          ['rollback', renderScript(family, image.rollback())],
        ] as [string, string][])
      : []),
  ];
  return parts.map(([what, text]) => `# ${what}\n${text.trimEnd()}\n`).join('\n');
}

describe('the family of a host', () => {
  it.each(hosts)('of $host is $family', ({ facts, family }) => {
    expect(familyNameOf({ os: '', osLike: '', model: 'package', packageTool: '', ...facts }) ?? null).toBe(family);
  });

  it.each(names)('%s is told these commands', async (name) => {
    await expect(scriptsOf(name)).toMatchFileSnapshot(`./families/${name}.txt`);
  });

  it('can deploy versions only where the whole system is one', () => {
    expect(names.filter((name) => familyNamed(name)!.images)).toEqual(['rpm-ostree', 'bootc']);
  });

  it('quotes a version, whatever it holds', () => {
    const script = renderScript({ environment: {} }, familyNamed('rpm-ostree')!.images!.deploy("1'; reboot #"));

    expect(script).toContain(`rpm-ostree deploy '1'\\''; reboot #'`);
  });
});

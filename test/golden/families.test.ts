import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../reconciler/hosts/command.ts';
import { renderScript } from '../../reconciler/hosts/families/family.ts';
import type { FamilyCommand, HostFamily } from '../../reconciler/hosts/families/family.ts';
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
    ['a package is installed', family.packages.installed],
    ...packageScripts(family),
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

function packageScripts(family: HostFamily): [string, string][] {
  const { changes } = family.packages;
  if (!changes) return [];
  const script = (commands: readonly FamilyCommand[]): string => renderScript(family, commands);
  return [
    ['packages: read the lists', script(changes.refresh())],
    ['packages: put right', script(changes.repair())],
    ['packages: install', script(changes.install('one', 'two'))],
    ['packages: may they go?', renderCommand(changes.removable('one', 'two'))],
    ['packages: remove', script(changes.remove('one', 'two'))],
    ...(changes.trustKey ? [['packages: trust a key', script(changes.trustKey('/etc/a key'))] as [string, string]] : []),
  ];
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

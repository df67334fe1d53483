import { describe, expect, it } from 'vitest';
import { allKinds, DAEMON_SCHEMA, findKind } from '../../../schema/registry.ts';
import type { SchemaNode } from '../../../schema/schema-node.ts';
import { SCHEMAS } from '../../../schema/generated/schemas.ts';
import { suggest } from '../../../schema/suggest.ts';
import { validateDaemonConfig, validateDocument } from '../../../schema/validate.ts';

function messages(kind: string, spec: object): string[] {
  return validateDocument({ apiVersion: 'intendant/v1', kind, metadata: { name: 'x' }, spec }).map(
    ({ message }) => message,
  );
}

describe('validateDocument', () => {
  it.each(allKinds().map(({ kind, schema }) => [kind, schema.examples ?? []] as const))(
    'accepts the examples of %s',
    (_, examples) => {
      const findings = examples.flatMap((example) => validateDocument(example));

      expect(examples.length).toBeGreaterThan(0);
      expect(findings).toEqual([]);
    },
  );

  it('accepts the example of the daemon configuration', () => {
    const examples = DAEMON_SCHEMA.$defs?.DaemonConfig?.examples ?? [];

    const findings = examples.flatMap((example) => validateDaemonConfig(example));

    expect(examples.length).toBeGreaterThan(0);
    expect(findings).toEqual([]);
  });

  it('says that a field is misspelled once, not also that the right one is missing', () => {
    expect(messages('Host', { adress: '10.0.0.1' })).toEqual(['unknown field `adress`, did you mean `address`?']);
  });

  it('does not change what it validates', () => {
    const value = {
      apiVersion: 'intendant/v1',
      kind: 'Host',
      metadata: { name: 'x' },
      spec: { address: 'a', port: '22' },
    };
    const before = structuredClone(value);

    const findings = validateDocument(value);

    expect(findings.map(({ message }) => message)).toEqual(['`port` must be an integer from 1 to 65535, found "22"']);
    expect(value).toEqual(before);
  });

  it.each([
    ['a list', []],
    ['a text', 'x'],
    ['nothing', null],
    ['a number', 3],
  ])('refuses %s as a document', (_, value) => {
    expect(validateDocument(value)).toMatchObject([{ code: 'not-a-map' }]);
  });

  it('lists a hundred findings of a hostile document, not all of them', () => {
    const target = { hosts: Array.from({ length: 5000 }, (_, index) => index) };

    const found = messages('Operation', { type: 'restart', target });

    expect(found.length).toBeLessThan(110);
  });

  it.each(['-oProxyCommand=x', 'a b', 'a;b', '', '10.0.0.1:22', 'http://x', '$(x)'])(
    'refuses the address %j',
    (address) => {
      expect(messages('Host', { address })).toHaveLength(1);
    },
  );

  it.each(['10.0.0.1', 'web-1.example.org', '2001:db8::1', 'host_name'])('accepts the address %s', (address) => {
    expect(messages('Host', { address })).toEqual([]);
  });

  it.each(['-x', 'a..b', 'A', 'a/b', '.a', 'a-', 'a'.repeat(64), ''])('refuses the name %j', (name) => {
    expect(validateDocument({ apiVersion: 'intendant/v1', kind: 'Cluster', metadata: { name } })).toHaveLength(1);
  });

  it('never repeats what was found where a secret may stand by mistake', () => {
    const found = [
      ...messages('ContainerManager', { type: 'trivial', tokenFrom: 'sEcReT' }),
      ...messages('ContainerManager', { type: 'trivial', tokenFrom: { file: 'sEcReT', env: 'sEcReT!' } }),
      ...messages('ContainerManager', { type: 'kubernetes', server: 'https://u:sEcReT@h' }),
    ];

    expect(found.length).toBeGreaterThanOrEqual(5);
    expect(found.join('\n')).not.toContain('sEcReT');
  });
});

describe('validateDaemonConfig', () => {
  const config = (url: string): object => ({
    apiVersion: 'intendant/v1',
    kind: 'Daemon',
    fleet: 'prod',
    state: '/var/lib/intendant',
    repository: { url },
  });

  it.each([
    'https://git.example.org/a.git',
    'ssh://git@host:2222/a.git',
    'git@host:ops/fleet.git',
    '/srv/git/a.git',
    './a',
    'a/b',
  ])('accepts the repository %s', (url) => {
    expect(validateDaemonConfig(config(url))).toEqual([]);
  });

  // CVE-2022-24433, CVE-2022-25912, CVE-2018-17456: other transports and options in place of a URL.
  it.each([
    'ext::sh -c x',
    'file:///etc',
    '--upload-pack=x',
    'git://host/a',
    'EXT::x',
    'https://u:p@host/a',
    'git@host:-x',
    'https://-x/a',
  ])('refuses the repository %s', (url) => {
    expect(validateDaemonConfig(config(url))).toMatchObject([{ code: 'wrong-form', pointer: '/repository/url' }]);
  });

  it.each(['../x', '/etc', 'a/../../b'])('refuses the path %s', (path) => {
    const value = { ...config('/a'), repository: { url: '/a', path } };

    expect(validateDaemonConfig(value)).toMatchObject([{ pointer: '/repository/path' }]);
  });
});

describe('The schemas', () => {
  it('describe every field, with an example', () => {
    const bare: string[] = [];
    const visit = (node: SchemaNode, path: string, isField: boolean): void => {
      if (isField && node.$ref === undefined && (!node.description || !node.examples)) bare.push(path);
      for (const [name, member] of Object.entries(node.properties ?? {}))
        visit(member, `${path}.${name}`, node.type !== undefined);
      for (const [name, member] of Object.entries(node.$defs ?? {})) visit(member, `${path}#${name}`, true);
    };
    for (const [name, schema] of Object.entries(SCHEMAS)) visit(schema, name, false);

    expect(bare).toEqual([]);
  });
});

describe('The registry of kinds', () => {
  it.each(['Host', 'host', 'HOSTS', 'ho'])('finds Host as %s', (name) => {
    expect(findKind(name)?.kind).toBe('Host');
  });
});

describe('suggest', () => {
  it.each([
    ['adress', 'address'],
    ['Hots', 'Host'],
    ['wbe', 'web'],
    ['clster', 'cluster'],
  ])('takes %s for %s', (found, meant) => {
    expect(suggest(found, ['address', 'Host', 'web', 'cluster', 'port'])).toBe(meant);
  });

  it('suggests nothing when nothing is near', () => {
    expect(suggest('zebra', ['address', 'port'])).toBeUndefined();
  });
});

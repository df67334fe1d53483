import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFields } from '../../../reconciler/config/layer.ts';
import { mergeLayers } from '../../../reconciler/config/merge.ts';
import { configFields, environmentLayer, parseSetting, variableOf } from '../../../reconciler/config/variables.ts';

describe('the variable of a field', () => {
  it('is its path in capitals', () => {
    expect(variableOf(['ssh', 'connectTimeout'])).toBe('INTENDANT_SSH_CONNECT_TIMEOUT');
  });

  it('belongs to no other field', () => {
    const names = configFields().map(({ path }) => variableOf(path));

    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
  });
});

describe('the environment', () => {
  it.each([
    ['INTENDANT_FLEET', '007', { fleet: '007' }],
    ['INTENDANT_SSH_MAX_CONCURRENT_STARTS', '7', { ssh: { maxConcurrentStarts: 7 } }],
    ['INTENDANT_REPOSITORY_AUTH_AGENT', 'true', { repository: { auth: { agent: true } } }],
    [
      'INTENDANT_STORE_ETCD_ENDPOINTS',
      'http://a:1, http://b:1',
      { store: { etcd: { endpoints: ['http://a:1', 'http://b:1'] } } },
    ],
    ['INTENDANT_STORE_ETCD_ENDPOINTS', '[http://a:1]', { store: { etcd: { endpoints: ['http://a:1'] } } }],
    ['INTENDANT_SSH_DIAL_MAP', '{"a:1": "b:2"}', { ssh: { dialMap: { 'a:1': 'b:2' } } }],
    ['INTENDANT_SSH_IDENTITIES_WEB_TIER_KEY_ENV', 'KEY', { ssh: { identities: { 'web-tier': { keyEnv: 'KEY' } } } }],
    ['INTENDANT_FLEET', '', {}],
    ['INTENDANT_CONFIG', 'x.yaml', {}],
    ['OTHER', 'x', {}],
  ])('%s=%s is a field of its type', (name, text, fields) => {
    const { layer, unknown } = environmentLayer({ [name]: text });

    expect(layer.fields).toEqual(fields);
    expect(unknown).toEqual([]);
  });

  it('names its variables as the places of fields', () => {
    const { layer } = environmentLayer({ INTENDANT_FLEET: 'x', INTENDANT_REPOSITORY: '{url: y}' });

    expect(layer.locate({ pointer: '/fleet', at: 'value' })).toBe('INTENDANT_FLEET');
    expect(layer.locate({ pointer: '/repository/url', at: 'value' })).toBe('INTENDANT_REPOSITORY');
  });

  it('tells of variables that mean nothing, with a guess', () => {
    const { unknown } = environmentLayer({ INTENDANT_FLEED: 'x' });

    expect(unknown).toEqual(['INTENDANT_FLEED is no field of the configuration, did you mean `INTENDANT_FLEET`?']);
  });

  it('is refused where a value cannot be read, without repeating it', () => {
    const reading = (): unknown => environmentLayer({ INTENDANT_SSH_IDENTITIES: '{hunter2: [' });

    expect(reading).toThrow(/INTENDANT_SSH_IDENTITIES: the value is not YAML/);
    expect(reading).not.toThrow(/hunter2/);
  });
});

describe('a setting', () => {
  it.each([
    ['repository.poll=10s', ['repository', 'poll'], '10s'],
    ['ssh.identities.web.agent=true', ['ssh', 'identities', 'web', 'agent'], true],
    ['repository.path=a=b', ['repository', 'path'], 'a=b'],
    ['store.etcd=', ['store', 'etcd'], null],
  ])('%s sets one field', (setting, path, value) => {
    expect(parseSetting(setting)).toMatchObject({ path, value });
  });

  it.each([
    ['repository.pol=10s', 'did you mean `repository.poll`?'],
    ['fleet', 'a value is missing'],
  ])('%s is refused', (setting, expected) => {
    expect(() => parseSetting(setting)).toThrow(expected);
  });
});

describe('layers', () => {
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.array(fc.integer(), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3 });

  it('leave of each value exactly one origin, the strongest layer that says it', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 4 }), (all) => {
        const layers = all.map((each, index) => ({ source: String(index), fields: each, locate: () => '' }));

        const merged = mergeLayers(layers);

        const leaves: string[] = [];
        const walk = (at: unknown, pointer: string): void => {
          if (!isFields(at)) return void leaves.push(pointer);
          if (Object.keys(at).length === 0 && pointer !== '') return void leaves.push(pointer);
          for (const [name, inner] of Object.entries(at)) walk(inner, `${pointer}/${name}`);
        };
        walk(merged.fields, '');
        if (all.length > 0 && Object.keys(merged.fields).length > 0) {
          for (const leaf of leaves) expect(merged.origins.has(leaf)).toBe(true);
          const last = all.at(-1)!;
          for (const [name, inner] of Object.entries(last)) {
            if (!isFields(inner)) expect(merged.origins.get(`/${name}`)?.source).toBe(String(all.length - 1));
          }
        }
        expect(Object.getPrototypeOf(merged.fields)).toBe(Object.prototype);
      }),
    );
  });
});

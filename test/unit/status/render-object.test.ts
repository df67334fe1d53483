import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../../reconciler/model/status.ts';
import { parseObject } from '../../../reconciler/status/parse-object.ts';
import { renderObject } from '../../../reconciler/status/render-object.ts';
import { shardDigits } from '../../../reconciler/status/shards.ts';
import { clusterStatus, conditionOf, hostStatus, operationStatus } from '../../support/statuses.ts';

const IN_CLUSTER = { omitCluster: true };
const BY_ITSELF = { omitCluster: false };
const pathOfHost = (name: string): string => `clusters/web/hosts/${shardDigits(name)[0]}/${name}.yaml`;

describe('the file of one object', () => {
  it('holds the whole status, and is read back as it was', () => {
    const host = hostStatus('web-1', 'active', 'web');
    const others = [clusterStatus('web', 5, 1), operationStatus('restart-web', 'Running', 1, 5), hostStatus('lonely')];

    expect(parseObject(pathOfHost('web-1'), renderObject(host, IN_CLUSTER))).toEqual(host);
    for (const other of others) expect(parseObject('x/y.yaml', renderObject(other, BY_ITSELF))).toEqual(other);
  });

  it('tells a generation and a revision that are absent from those that are the same', () => {
    const conditions = [
      conditionOf('Ready', 'True', 'Ok', 'fine', 'aa'),
      conditionOf('Healthy', 'True', 'Ok', 'fine', 'bb'),
      conditionOf('Drifted', 'False', 'Ok', 'fine'),
    ];
    const base: ObjectStatus = { key: 'Host/a', status: 'active', conditions, observedGeneration: 'aa', detail: {} };
    const cases: ObjectStatus[] = [
      base,
      { ...base, lastAppliedRevision: 'main@sha1:1' },
      { ...base, lastAttemptedRevision: 'main@sha1:1' },
      { ...base, lastAppliedRevision: 'main@sha1:1', lastAttemptedRevision: 'main@sha1:2' },
    ];

    for (const status of cases) expect(parseObject('x/y.yaml', renderObject(status, BY_ITSELF))).toEqual(status);
  });

  it('never holds uptime, host time or last checks', () => {
    const host = hostStatus('web-1');
    const churning = {
      ...host,
      detail: {
        ...host.detail,
        lastCheck: '2026-01-01T00:00:00.000Z',
        facts: { cpus: 4, uptimeSeconds: 12, hostTime: 1, bootedAt: '2026-01-01T00:00:00.000Z' },
      },
    };

    const text = renderObject(churning, BY_ITSELF);

    expect(text).not.toMatch(/uptime|hostTime|lastCheck|bootedAt/);
    expect(text).toContain('cpus: 4');
  });

  it('keeps the outcomes of hosts whatever they are called', () => {
    const status = operationStatus('run', 'Running', 1, 2);
    status.detail.outcomes = { uptime: { result: 'succeeded' }, 'last-check': { result: 'failed' } };

    expect(parseObject('operations/run.yaml', renderObject(status, BY_ITSELF)).detail.outcomes).toEqual(
      status.detail.outcomes,
    );
  });

  it('strips terminal sequences, control and direction-changing characters from the text of hosts', () => {
    const host = hostStatus('web-1');
    host.conditions[0]!.message = 'bad \u001b[31mred\u001b[0m\u202e txt\nnext\u0000 \ud800line';

    expect(parseObject('x/y.yaml', renderObject(host, BY_ITSELF)).conditions[0]!.message).toBe('bad red txt next line');
  });

  it('gives equal bytes for equal statuses', () => {
    const host = hostStatus('web-1');
    const shuffled = Object.fromEntries(Object.entries(host).reverse()) as unknown as ObjectStatus;

    expect(renderObject(shuffled, BY_ITSELF)).toBe(renderObject(host, BY_ITSELF));
  });
});

describe('reading a file of a hostile branch', () => {
  const good = renderObject(hostStatus('web-1'), BY_ITSELF);

  it.each([
    ['an alias bomb', 'a: &a [x, x]\nb: [*a, *a]\n'],
    ['an unknown tag', 'key: !!js/function "x"\n'],
    ['a duplicate key', `${good}key: Host/other\n`],
    ['two documents', `${good}---\n${good}`],
    ['a list', '- a\n'],
    ['nothing', ''],
    ['no YAML at all', '\u0000\u0001{{{'],
    ['nesting without end', `key: ${'['.repeat(5000)}`],
    ['nesting that is only deep', `key: ${'['.repeat(60)}${']'.repeat(60)}\n`],
    ['more than can be meant', `key: "${'x'.repeat(2_000_001)}"\n`],
    ['a key that is not one', good.replace('Host/web-1', 'Host/../../etc')],
    ['a key with more parts', good.replace('Host/web-1', 'Host/web-1/x')],
    ['no status', good.replace(/^status: .*$/m, 'status: [a]')],
    ['an unknown condition', good.replace('type: Ready', 'type: Rosy')],
    ['an unknown condition status', good.replace('status: "True"', 'status: Maybe')],
    ['conditions that are not a list', good.replace(/^conditions:\n(?: {2}.*\n)*/m, 'conditions: none\n')],
  ])('refuses %s with a sentence', (_what, text) => {
    expect(() => parseObject('hosts/0/web-1.yaml', text)).toThrow(
      /^The file "hosts\/0\/web-1.yaml" of the status branch /,
    );
  });

  it('never throws anything but the refusal, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => good + tail),
        ),
        (text) => {
          try {
            parseObject('x/y.yaml', text);
          } catch (error) {
            expect(error).toMatchObject({ name: 'InvalidInput', code: 'STATUS_FILE_UNREADABLE' });
          }
          expect(text).toBeTypeOf('string');
        },
      ),
    );
  });
});

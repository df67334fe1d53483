import { describe, expect, it } from 'vitest';
import { describeField, namesAlong } from '../../../schema/describe-field.ts';
import { allKinds, DAEMON_SCHEMA, kindDefinition } from '../../../schema/registry.ts';
import type { SchemaNode } from '../../../schema/schema-node.ts';

const schemaOf = (kind: string): SchemaNode => kindDefinition(kind)!.schema;

describe('the description of a field', () => {
  it('says what a field means, and what may stand there', () => {
    const address = describeField(schemaOf('Host'), ['spec', 'address']);
    const cluster = describeField(schemaOf('Host'), ['spec', 'cluster']);

    expect(address).toMatchObject({ path: 'spec.address', type: 'string', required: true, members: [] });
    expect(address!.description).toMatch(/^IP address or DNS name/);
    expect(cluster).toMatchObject({ required: false, refersTo: 'Cluster' });
  });

  it('goes into the entries of lists and of maps', () => {
    const daemon = describeField(DAEMON_SCHEMA, ['ssh', 'identities']);
    const checks = describeField(schemaOf('Operation'), ['spec', 'checks', 'after', 'command']);

    expect(daemon!.type).toBe('map of object');
    expect(daemon!.members.map(({ path }) => path)).toContain('ssh.identities.keyFile');
    expect(checks!.type).toBe('[string]');
  });

  it('names the variants that have a field, and only where not all have it', () => {
    const spec = describeField(schemaOf('Operation'), ['spec'])!;
    const member = (name: string): unknown => spec.members.find(({ path }) => path === `spec.${name}`);

    expect(member('script')).toMatchObject({ only: ['run'] });
    expect(member('rollout')).not.toHaveProperty('only');
    expect(member('type')).toMatchObject({ values: expect.arrayContaining(['restart', 'upgrade', 'run']) });
  });

  it('is not there for a field that is not; the names beside it are', () => {
    const found = describeField(schemaOf('Host'), ['spec', 'adress']);
    const beside = namesAlong(schemaOf('Host'), ['spec', 'adress', 'more']);

    expect(found).toBeUndefined();
    expect(beside).toEqual({ depth: 1, names: expect.arrayContaining(['address', 'cluster']) });
  });

  it('has a sentence and a type for every field of every kind', () => {
    const silent: string[] = [];
    const look = (name: string, schema: SchemaNode, path: string[]): void => {
      const field = describeField(schema, path)!;
      if (field.description === '' || field.type === '') silent.push([name, ...path].join('.'));
      for (const { path: below } of field.members) {
        const next = below.split('.');
        if (next.length > path.length && next.length < 8) look(name, schema, next);
      }
    };
    for (const { kind, schema } of [...allKinds(), { kind: 'Daemon', schema: DAEMON_SCHEMA }]) look(kind, schema, []);

    expect(silent).toEqual([]);
  });
});

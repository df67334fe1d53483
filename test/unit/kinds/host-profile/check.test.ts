import { describe, expect, it } from 'vitest';
import { KIND_CHECKS } from '../../../../reconciler/kinds/checks.ts';
import { InventoryBuilder } from '../../../../reconciler/source/inventory/inventory-builder.ts';
import { commitFiles, documentOf } from '../../../support/inventory.ts';

const template = (text: string): string =>
  documentOf('HostProfile', 'p', { files: [{ path: '/etc/x', template: text }] });

describe('A profile with a template that cannot be read', () => {
  it('holds its cluster at the last good version, and no other', () => {
    const builder = new InventoryBuilder({ checks: KIND_CHECKS });
    commitFiles(builder, 'c1', {
      'p.yaml': template('{{ host.name }}'),
      'web.yaml': documentOf('Cluster', 'web', { hostProfile: 'p' }),
      'db.yaml': documentOf('Cluster', 'db', { hostProfile: 'docker' }),
    });

    const { inventory, diagnostics, held } = commitFiles(builder, 'c2', {
      'p.yaml': template('{{ host.name'),
      'db.yaml': documentOf('Cluster', 'db', { hostProfile: 'docker', description: 'new' }),
    });

    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: 'template-syntax',
        cluster: 'web',
        key: 'HostProfile/p',
        file: 'p.yaml',
        line: 1,
      }),
    ]);
    expect([...held.keys()]).toEqual(['HostProfile/p', 'web']);
    expect(inventory.get<'HostProfile'>('HostProfile/p')?.spec.files?.[0]?.template).toBe('{{ host.name }}');
    expect(inventory.get<'Cluster'>('Cluster/db')?.spec.description).toBe('new');
  });

  it('is checked again when what it extends changes', () => {
    const builder = new InventoryBuilder({ checks: KIND_CHECKS });
    const base = (variables: object): string =>
      documentOf('HostProfile', 'base', { variables, services: [{ name: 'x' }] });
    const own = { extends: ['base'], files: [{ path: '/etc/x', template: '{{ vars.port }}', restarts: ['x'] }] };
    const good = commitFiles(builder, 'c1', {
      'base.yaml': base({ port: '1' }),
      'own.yaml': documentOf('HostProfile', 'own', own),
    });

    const bad = commitFiles(builder, 'c2', { 'base.yaml': base({}) });

    expect(good.diagnostics).toEqual([]);
    expect(bad.diagnostics.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      'own.yaml: there is no variable `vars.port`: add it to `variables`, be it as an empty text',
    ]);
  });
});

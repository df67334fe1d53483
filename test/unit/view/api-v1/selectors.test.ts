import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from '../../../../reconciler/view/api-v1/field-selector.ts';
import { parseLabelSelector } from '../../../../reconciler/view/api-v1/label-selector.ts';
import { resourceView } from '../../../../reconciler/view/api-v1/resource-view.ts';
import { hostStatus } from '../../../support/statuses.ts';

const LABELS = { role: 'web', zone: 'a', 'example.org/rack': '4', empty: '' };

describe('a selection by label', () => {
  it.each<[string, boolean]>([
    ['role=web', true],
    ['role==web', true],
    ['role = web', true],
    ['role=db', false],
    ['role!=db', true],
    ['role!=web', false],
    ['spare!=yes', true],
    ['role in (db, web)', true],
    ['role in (db)', false],
    ['role in ()', false],
    ['role notin (db,lb)', true],
    ['role notin (web)', false],
    ['spare notin (a)', true],
    ['spare in (a)', false],
    ['role', true],
    ['spare', false],
    ['!spare', true],
    ['! role', false],
    ['example.org/rack=4', true],
    ['empty=', true],
    ['empty in ()', true],
    ['role=web,zone in (a,b),!spare', true],
    ['role=web,zone in (b,c)', false],
    ['constructor', false],
    ['__proto__', false],
  ])('%s → %s', (selector, meant) => {
    expect(parseLabelSelector(selector)(LABELS)).toBe(meant);
  });

  it.each([
    '',
    ',',
    'a=b,',
    'a b',
    'a in b',
    'a in (b',
    'a in (b))',
    'in (a)',
    '=a',
    'a=b=c',
    'a>3',
    '!',
    'a=(b)',
    'a in (b),,c',
  ])('%s cannot be read', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ code: 'BAD_SELECTOR' }));
  });

  it('refuses more requirements than anybody writes', () => {
    expect(() => parseLabelSelector(Array(21).fill('a').join())).toThrow(/more than 20/);
  });
});

const CACHED = { status: hostStatus('web-1', 'active', 'web'), revision: 3 };
const HOST = resourceView({ key: 'Host/web-1', desired: undefined, cached: CACHED });

describe('a selection by field', () => {
  it.each<[string, boolean]>([
    ['status.status=active', true],
    ['status.status==active', true],
    ['status.status!=active', false],
    ['status.status=failed', false],
    ['status.cluster=web', true],
    ['status.detail.facts.cpus=4', true],
    ['status.detail.facts.rebootRequired=false', true],
    ['conditions.Ready=True', true],
    ['conditions.Ready!=True', false],
    ['conditions.Ready.reason=Reachable', true],
    ['conditions.Drifted=True', false],
    ['conditions.Drifted!=True', true],
    ['conditions.type=Healthy', true],
    ['desired=null', true],
    ['diff.state=removed', true],
    ['status.nothing.at.all=x', false],
    ['status.nothing.at.all!=x', true],
    ['status=active', false],
    ['status.__proto__.x=1', false],
    ['key=Host/web-1', true],
  ])('%s → %s', (field, meant) => {
    expect(parseFieldSelector([field])(HOST)).toBe(meant);
  });

  it('must hold in all its parts', () => {
    expect(parseFieldSelector(['status.status=active', 'status.cluster=db'])(HOST)).toBe(false);
    expect(parseFieldSelector(['status.status=active', 'status.cluster=web'])(HOST)).toBe(true);
  });

  it.each(['', 'status', '=a', 'status.status>1', `status.${'a.'.repeat(20)}b=1`, 'nothing.status=1', 'a'.repeat(300)])(
    '%s cannot be read',
    (field) => {
      expect(() => parseFieldSelector([field])).toThrow(expect.objectContaining({ code: 'BAD_FIELD' }));
    },
  );
});

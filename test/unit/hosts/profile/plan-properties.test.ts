import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { converge } from '../../../../reconciler/demo/converge.ts';
import { FleetRecord } from '../../../../reconciler/demo/record.ts';
import { seededRandom } from '../../../../reconciler/demo/random.ts';
import { SimHost } from '../../../../reconciler/demo/sim-host.ts';
import { apt } from '../../../../reconciler/hosts/families/apt.ts';
import { convergeScript } from '../../../../reconciler/hosts/profile/converge.ts';
import { readConvergeHeader } from '../../../../reconciler/hosts/profile/converge-header.ts';
import { lookCommand } from '../../../../reconciler/hosts/profile/look.ts';
import { parseInventory } from '../../../../reconciler/hosts/profile/inventory.ts';
import { parseItems } from '../../../../reconciler/hosts/profile/seen-items.ts';
import { planChanges } from '../../../../reconciler/hosts/profile/plan-changes.ts';
import type { SeenHost } from '../../../../reconciler/hosts/profile/seen.ts';
import { NOTHING_WANTED } from '../../../../reconciler/hosts/profile/wanted.ts';
import type { WantedHost } from '../../../../reconciler/hosts/profile/wanted.ts';
import { systemClock } from '../../../../reconciler/model/clock.ts';
import { bytesOf } from '../../../support/standard-input.ts';
import { seenHost } from '../../../support/seen-host.ts';
import { wantedFile, wantedHost } from '../../../support/wanted-host.ts';

const place = { stepsRoot: '/var/lib/intendant/prod/steps' };
const never = new AbortController().signal;
const NAMES = ['a', 'b', 'c'];
const PATHS = ['/etc/a', '/etc/b', '/etc/c d'];

const anyWanted: fc.Arbitrary<WantedHost> = fc
  .record({
    packages: fc.subarray(NAMES),
    repositories: fc.subarray(['/repo/x', '/repo/y']),
    files: fc.subarray(PATHS),
    version: fc.constantFrom('1', '2'),
    commands: fc.subarray(['mk']),
    services: fc.array(
      fc.record({
        name: fc.constantFrom(...NAMES),
        enabled: fc.boolean(),
        running: fc.boolean(),
        uses: fc.subarray(PATHS),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ packages, repositories, files, version, commands, services }) =>
    wantedHost({
      digest: `d${version}`,
      packages,
      repositories: repositories.map((path) => wantedFile(path, version)),
      files: files.map((path) => wantedFile(path, version)),
      commands: commands.map((name) => ({ name, script: 'true', unless: 'false' })),
      services: [...new Map(services.map((each) => [each.name, each])).values()].map(({ uses, ...service }) => ({
        ...service,
        restartOn: uses.filter((path) => files.includes(path)),
      })),
    }),
  );

const anyHost = fc.record({
  packages: fc.subarray(NAMES),
  files: fc.subarray([...PATHS, '/repo/x']),
  services: fc.array(fc.record({ enabled: fc.boolean(), running: fc.boolean() }), { minLength: 3, maxLength: 3 }),
});

interface Machine {
  packages: string[];
  files: string[];
  services: { enabled: boolean; running: boolean }[];
}

function boot(start: Machine): SimHost {
  const record = new FleetRecord(undefined);
  const host = new SimHost({ name: 'h', clock: systemClock, random: seededRandom(1), record, rebootMs: 1 });
  for (const name of start.packages) host.profile.packages.add(name);
  for (const path of start.files) {
    host.profile.files.set(path, { sha256: 'f'.repeat(64), mode: '0600', owner: 'root', group: 'root' });
  }
  for (const [index, service] of start.services.entries()) host.profile.services.set(NAMES[index]!, { ...service });
  return host;
}

function look(host: SimHost, wanted: WantedHost): SeenHost {
  const questions = lookCommand({ user: 'root', nonce: 'n' }, { wanted, family: apt, place });
  const items = parseItems(host.profile.answer(bytesOf(questions.stdin).toString().split('\n')).join('\n'));
  const { items: inventory, ...record } = parseInventory(host.profile.inventory.join('\n'));
  return seenHost({ ...items, inventory, ...record });
}

/** Brings it about; `stopAt`: the power goes at that change. */
async function apply(host: SimHost, wanted: WantedHost, stopAt?: number): Promise<void> {
  const changes = planChanges(wanted, look(host, wanted));
  const script = convergeScript(apt, wanted, changes, place) as string;
  host.faults = { failChange: stopAt };
  await converge(host, readConvergeHeader(script)!, never);
  host.faults = {};
}

function stateOf({ profile }: SimHost): unknown {
  return {
    packages: [...profile.packages].sort(),
    files: [...profile.files].sort(([one], [other]) => (one < other ? -1 : 1)),
    services: NAMES.map((name) => profile.services.get(name)),
  };
}

describe('a plan for a profile', () => {
  it('leaves nothing to do, whatever was there, was wanted before and was cut short', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHost,
        fc.array(fc.tuple(anyWanted, fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined })), { maxLength: 4 }),
        anyWanted,
        async (start, earlier, wanted) => {
          const host = boot(start);
          for (const [before, stopAt] of earlier) await apply(host, before, stopAt);

          await apply(host, wanted);

          const seen = look(host, wanted);
          expect(planChanges(wanted, seen)).toEqual([]);
          expect(seen.applied).toBe(wanted.digest);
          expect(seen.restartsDue).toEqual([]);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('undoes all that we brought and nothing else, whatever was wanted on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHost,
        fc.array(fc.tuple(anyWanted, fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined })), { maxLength: 4 }),
        async (start, wanted) => {
          const host = boot(start);
          const before = stateOf(host);
          for (const [each, stopAt] of wanted) await apply(host, each, stopAt);

          await apply(host, NOTHING_WANTED);

          expect(stateOf(host)).toEqual(before);
          expect(host.profile.inventory).toEqual(['applied nothing']);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('never starts and restarts a service, and never names a change twice', () => {
    fc.assert(
      fc.property(anyHost, anyWanted, fc.array(fc.constantFrom(...NAMES)), (start, wanted, restartsDue) => {
        const changes = planChanges(wanted, { ...look(boot(start), wanted), restartsDue });

        const names = changes.map(({ kind, action, name }) => `${kind} ${action} ${name}`);
        expect(new Set(names).size).toBe(names.length);
        for (const name of NAMES) {
          const both = changes.filter((each) => each.name === name && /^(re)?start$/.test(each.action));
          expect(both.length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

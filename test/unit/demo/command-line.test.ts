import { describe, expect, it } from 'vitest';
import { command, renderCommand } from '../../../reconciler/hosts/command.ts';
import { parseCommandLine } from '../../../reconciler/demo/command-line.ts';
import { dialMaps } from '../../../reconciler/demo/dial-map.ts';
import { meets } from '../../../reconciler/demo/faults.ts';

describe('parseCommandLine', () => {
  it('finds the verb behind the script', () => {
    const line = renderCommand(command('sh', '-c', "echo 'it''s';\nexit", 'intendant-facts', 'n1'));

    expect(parseCommandLine(line)).toEqual({ verb: 'facts', args: ['n1'], sudo: false });
  });

  it('finds it behind sudo', () => {
    const line = renderCommand(command('sudo', '-n', '--', 'sh', '-c', 'x', 'intendant-check', 'n', '5', '--', 'a b'));

    expect(parseCommandLine(line)).toEqual({ verb: 'check', args: ['n', '5', '--', 'a b'], sudo: true });
  });

  it('calls everything else other', () => {
    expect(parseCommandLine('uptime')).toEqual({ verb: 'other', args: ['uptime'], sudo: false });
  });
});

describe('meets', () => {
  it('meets only its verb and only so many times', () => {
    const fault = { verb: 'step-start' as const, times: 1 };

    expect([meets(fault, 'facts'), meets(fault, 'step-start'), meets(fault, 'step-start')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('dialMaps', () => {
  const fleet = {
    addresses: new Map([['web-1', { host: '127.0.0.1', port: 4001 }]]),
    hostKeys: new Map([['web-1', 'ssh-ed25519 AAAA']]),
  };

  it('leads from the address of the inventory to the simulated host', () => {
    const maps = dialMaps(fleet, [{ name: 'web-1', address: '10.0.0.1' }]);

    expect(maps).toEqual({
      dialMap: { '10.0.0.1:22': '127.0.0.1:4001' },
      hostKeyMap: { '10.0.0.1:22': ['ssh-ed25519 AAAA'] },
    });
  });

  it('refuses a host that is not simulated', () => {
    expect(() => dialMaps(fleet, [{ name: 'db-1', address: '10.0.0.2' }])).toThrow('no host named db-1');
  });
});

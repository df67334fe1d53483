import { netnsPath } from './places.ts';
import { tool, tryTool } from './tool.ts';

/** The address of the switch itself; every host is in 10.77.0.0/16. */
const SWITCH_ADDRESS = '10.77.0.1/16';

/** Makes the lab's network: a namespace with a bridge. The machine itself has no route to it. */
export async function makeSwitch(netns: string): Promise<void> {
  await tool('ip', ['netns', 'add', netns]);
  await tool('ip', ['-n', netns, 'link', 'add', 'br0', 'type', 'bridge']);
  await tool('ip', ['-n', netns, 'addr', 'add', SWITCH_ADDRESS, 'dev', 'br0']);
  for (const device of ['lo', 'br0']) await tool('ip', ['-n', netns, 'link', 'set', device, 'up']);
}

/** Makes a host's own namespace and plugs it into the switch. */
export async function plugIn(host: { netns: string; port: string; ip: string }, switchNetns: string): Promise<void> {
  await tool('ip', ['netns', 'add', host.netns]);
  const pair = ['type', 'veth', 'peer', 'name', 'host0', 'netns', host.netns];
  await tool('ip', ['-n', switchNetns, 'link', 'add', host.port, ...pair]);
  await tool('ip', ['-n', switchNetns, 'link', 'set', host.port, 'master', 'br0', 'up']);
  await tool('ip', ['-n', host.netns, 'addr', 'add', `${host.ip}/16`, 'dev', 'host0']);
  await tool('ip', ['-n', host.netns, 'link', 'set', 'lo', 'up']);
  await setLink(host.netns, 'up');
}

/** Plugs the host's cable in, or pulls it: nothing is said to anyone. */
export async function setLink(netns: string, state: 'up' | 'down'): Promise<void> {
  await tool('ip', ['-n', netns, 'link', 'set', 'host0', state]);
}

/** Removes a namespace and what is in it; one that does not exist is fine. */
export async function removeNetns(netns: string): Promise<void> {
  await tryTool('ip', ['netns', 'del', netns]);
}

/** The words that start a program inside a network namespace. */
export function inNetns(netns: string, argv: readonly string[]): string[] {
  return ['nsenter', `--net=${netnsPath(netns)}`, '--', ...argv];
}

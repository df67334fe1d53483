import { readFileSync } from 'node:fs';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { ViewWorld } from './view-world.ts';

/** The fleet of the golden cases of Commissaire's REST: its repository and its state. */
export async function startGoldenFleet(): Promise<ViewWorld> {
  const world = await ViewWorld.start();
  const { objects, entries } = JSON.parse(readGolden('state.json')) as {
    objects: ObjectStatus[];
    entries: Record<string, unknown>;
  };
  world.commit({ 'fleet.yaml': readGolden('fleet.yaml') });
  await world.write(Object.entries(entries));
  await world.put(...objects);
  return world;
}

/** A file of `test/golden/api-v0/`. */
export function readGolden(file: string): string {
  return readFileSync(new URL(`../golden/api-v0/${file}`, import.meta.url), 'utf8');
}

import { describe, expect, it } from 'vitest';
import { defaultStateFolder } from '../../../reconciler/config/default-state.ts';

describe('defaultStateFolder', () => {
  it('is the system folder for root', () => {
    expect(defaultStateFolder({ uid: 0, home: '/root' }, { XDG_STATE_HOME: '/elsewhere' })).toBe('/var/lib/intendant');
  });

  it('is below the home of everyone else, or where XDG_STATE_HOME says', () => {
    const jo = { uid: 1000, home: '/home/jo' };

    expect(defaultStateFolder(jo, {})).toBe('/home/jo/.local/state/intendant');
    expect(defaultStateFolder(jo, { XDG_STATE_HOME: '/state' })).toBe('/state/intendant');
  });
});

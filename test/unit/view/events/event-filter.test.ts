import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../../reconciler/view/events/event-filter.ts';

describe('a filter of events', () => {
  it('has no more values than a hundred', () => {
    const query = (name: string): string[] => (name === 'kind' ? Array<string>(101).fill('Host') : []);

    expect(() => filterOf(query)).toThrow('The parameter kind holds');
  });
});

import { expect, it } from 'vitest';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { tellViewEvent } from '../../../../reconciler/view/events/tell-view-event.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

it('whoever follows is told who has read the credentials of which host, and nothing of them', () => {
  const log = new EventLog({ clock: new ManualClock() });
  const at = '2026-01-02T03:04:05.678Z';

  tellViewEvent(log, { type: 'CredentialsRead', at, who: 'jo\u001b[1m', by: 'basic', host: 'web-1', from: '10.0.0.9' });

  const { block, json } = log.get(log.first)!;
  expect(JSON.parse(block.subarray(...json).toString())).toEqual({
    id: expect.any(String),
    time: at,
    type: 'credentials-read',
    key: 'Host/web-1',
    who: 'jo',
    text: 'jo (basic) has read the credentials of Host/web-1 from 10.0.0.9',
  });
});

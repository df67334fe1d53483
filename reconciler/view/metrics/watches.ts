import type { Meter } from '../../model/meter.ts';
import type { StreamWatch } from '../events/event-streams.ts';
import type { SeenRequest } from '../http/app.ts';

/** Counts requests to the view: for `ViewAppOptions.onRequest`. */
export function watchRequests(meter: Meter): (seen: SeenRequest) => void {
  return ({ part, status, seconds }) => {
    meter.count('viewRequests', { part, status: `${Math.floor(status / 100)}xx` });
    meter.observe('viewRequestDuration', { part }, seconds);
  };
}

/** Counts streams of events: for `EventsOptions.watch`. */
export function watchStreams(meter: Meter): StreamWatch {
  let open = 0;
  meter.gauge('eventStreams', () => open);
  return {
    onCount: (count) => void (open = count),
    onCut: (reason) => meter.count('eventStreamsCut', { reason }),
    onRefused: () => meter.count('eventStreamsRefused', {}),
  };
}

/** Counts credentials that were presented: the `SignInCounter` of sign-in. */
export function watchSignIns(meter: Meter): { onResult: (type: string, outcome: string) => void } {
  return { onResult: (by, result) => meter.count('signIns', { by, result }) };
}

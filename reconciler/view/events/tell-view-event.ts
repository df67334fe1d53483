import { cleanText } from '../../status/text.ts';
import type { ViewEvent } from '../http/credentials.ts';
import type { EventLog } from './event-log.ts';

/** Tells those who follow what a person did through the view; whoever calls has written it down where it lasts. */
export function tellViewEvent(log: EventLog, { at, who, by, host, from }: ViewEvent): void {
  const name = cleanText(who, 100);
  const where = from === '' ? '' : ` from ${cleanText(from, 100)}`;
  const text = `${name} (${cleanText(by, 50)}) has read the credentials of Host/${host}${where}`;
  log.record({ type: 'credentials-read', time: at, key: `Host/${host}`, who: name, text });
}

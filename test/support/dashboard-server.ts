import { dashboard } from '../../reconciler/view/dashboard/dashboard.tsx';
import { EventLog } from '../../reconciler/view/events/event-log.ts';
import { events } from '../../reconciler/view/events/events.ts';
import { viewApp } from '../../reconciler/view/http/app.ts';
import type { ViewContext } from '../../reconciler/view/http/context.ts';
import { serveView } from '../../reconciler/view/http/server.ts';

/** The dashboard with its events on a port of this machine, as the product serves it. */
export interface DashboardServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** @param port 0: any that is free. */
export async function serveDashboard(given: ViewContext, port = 0): Promise<DashboardServer> {
  const stop = new AbortController();
  const context = { ...given, stopping: stop.signal };
  const { clock, log } = context;
  const eventLog = new EventLog({ clock });
  const detach = eventLog.attach(context.cache);
  const parts = { dashboard: dashboard(context), events: events(context, eventLog) };
  const server = await serveView({ app: viewApp(context, { parts }), address: '127.0.0.1', port, clock, log });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    async close() {
      stop.abort(new Error('the view stops'));
      detach();
      await server.close();
    },
  };
}

import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { messageOf } from '../model/errors.ts';
import type { ControlAnswer, ControlRequest, FleetStart } from './fleet-protocol.ts';
import { Simulation } from './simulation.ts';

/*
 * The process of the simulated fleet, forked by `startFleet`. Its first message says what to simulate, later ones are
 * control requests; it ends when its parent does or asks it to. A record of its own survives a client that is killed.
 */

let simulation: Simulation | undefined;

process.once('message', (message) => {
  start(message as FleetStart).catch((error: unknown) => {
    process.send?.({ failed: messageOf(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});
process.on('disconnect', () => {
  simulation?.close();
  process.exit();
});
// Ctrl-C reaches the whole process group; the parent decides when the fleet ends.
process.on('SIGINT', () => undefined);

async function start(options: FleetStart): Promise<void> {
  const running = new Simulation(options);
  simulation = running;
  const ready = await running.listen();
  if (options.controlSocket !== undefined) await listenForControl(options.controlSocket, running);
  process.on('message', (request) => process.send?.(answer(running, request as ControlRequest)));
  process.send?.({ ready });
}

/** The unix socket: a JSON request per line, a JSON answer per line. */
function listenForControl(path: string, running: Simulation): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      socket.write(`${JSON.stringify(answer(running, JSON.parse(line) as ControlRequest))}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

function answer(running: Simulation, request: ControlRequest): ControlAnswer {
  try {
    const result = running.control(request);
    return { id: request.id, ...(result && { result }) };
  } catch (error) {
    return { id: request.id, error: messageOf(error) };
  }
}

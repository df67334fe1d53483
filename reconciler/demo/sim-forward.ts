import { connect } from 'node:net';
import type { ServerChannel } from 'ssh2';

/** A port on this machine. */
export interface Endpoint {
  host: string;
  port: number;
}

/** Carries a forwarded connection of a jump host to where it leads. */
export function forwardTo(to: Endpoint, accept: () => ServerChannel, reject: () => void): void {
  const socket = connect(to.port, to.host);
  socket.setNoDelay(true);
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    const channel = accept();
    socket.on('error', () => channel.destroy());
    channel.on('error', () => socket.destroy());
    channel.on('close', () => socket.destroy());
    socket.on('close', () => channel.end());
    socket.pipe(channel).pipe(socket);
  });
}

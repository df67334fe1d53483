import { isIPv4 } from 'node:net';

/**
 * True for names and addresses that mean this machine, with or without a port: `localhost`, names below it, 127.0.0.0/8,
 * `[::1]`. A page from elsewhere that makes its own name point here (DNS rebinding) still sends that name.
 */
export function isLocalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, '');
  if (name === 'localhost' || name === '[::1]') return true;
  if (/^[a-z0-9.-]+\.localhost$/.test(name)) return true;
  return isIPv4(name) && name.startsWith('127.');
}

/** True for addresses to listen on that only this machine reaches. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

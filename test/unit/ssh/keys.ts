/** A well-formed ed25519 host key that differs by `seed`; nobody holds its private half. */
export function testHostKey(seed: number): string {
  const type = Buffer.from('ssh-ed25519');
  const blob = Buffer.concat([length(type.length), type, length(32), Buffer.alloc(32, seed)]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

/** The blob of a textual key. */
export function blobOf(key: string): Buffer {
  return Buffer.from(key.split(' ')[1]!, 'base64');
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

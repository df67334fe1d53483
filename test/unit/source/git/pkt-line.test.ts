import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAdvertisement } from '../../../../reconciler/source/git/advertisement.ts';
import { ByteReader } from '../../../../reconciler/source/git/byte-reader.ts';
import { FLUSH, parsePackets, pktLine, readPacket } from '../../../../reconciler/source/git/pkt-line.ts';
import { parseReport } from '../../../../reconciler/source/git/receive-pack.ts';
import { demultiplex } from '../../../../reconciler/source/git/side-band.ts';

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Buffer, size: number): Promise<unknown[]> {
  const reader = new ByteReader(chunked(bytes, size));
  const packets: unknown[] = [];
  for (let packet = await readPacket(reader); packet !== undefined; packet = await readPacket(reader))
    packets.push(packet);
  return packets;
}

const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)));

describe('packets', () => {
  it('come back as they were sent, however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, fc.integer({ min: 1, max: 50 }), async (sent, size) => {
        const bytes = Buffer.concat([...sent.map(pktLine), FLUSH]);

        const streamed = await readAll(bytes, size);

        expect(streamed).toEqual([...sent, 'flush']);
        expect(parsePackets(bytes)).toEqual([...sent, 'flush']);
      }),
    );
  });

  it('never crash the reader otherwise than by a Transient error, whatever bytes arrive', async () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .string({ unit: fc.constantFrom('0', '4', 'f', 'g', '-', '\n', ' '), maxLength: 60 })
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        const buffer = Buffer.from(bytes);
        const attempts = await Promise.allSettled([
          readAll(buffer, 7),
          (async () => parsePackets(buffer))(),
          (async () => parseAdvertisement(buffer))(),
          (async () => parseReport(buffer, 'refs/heads/a', ''))(),
        ]);

        for (const attempt of attempts) {
          if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ disposition: 'Transient' });
        }
        expect(attempts).toHaveLength(4);
      }),
    );
  });

  it('may not be longer than the protocol allows', () => {
    expect(() => pktLine(Buffer.alloc(65_517))).toThrow(RangeError);
    expect(pktLine(Buffer.alloc(65_516))).toHaveLength(65_520);
  });

  it('that end early are an error and not an end', async () => {
    const cut = pktLine('hello').subarray(0, 6);

    await expect(readAll(cut, 3)).rejects.toMatchObject({ code: 'GIT_PROTOCOL' });
  });
});

describe('the side band', () => {
  async function demux(...packets: Buffer[]): Promise<{ data: string; messages: string }> {
    let messages = '';
    let data = '';
    const reader = new ByteReader(chunked(Buffer.concat(packets), 5));
    for await (const chunk of demultiplex(reader, (text) => (messages += text))) data += chunk.toString();
    return { data, messages };
  }

  it('separates data from what the remote says to people', async () => {
    const result = await demux(pktLine('\u0001PA'), pktLine('\u0002working'), pktLine('\u0001CK'), FLUSH);

    expect(result).toEqual({ data: 'PACK', messages: 'working' });
  });

  it('turns the error band into a Transient error without control characters', async () => {
    const result = demux(pktLine('\u0003disk \u001b[31mfull\n'));

    await expect(result).rejects.toMatchObject({
      disposition: 'Transient',
      message: 'The git server gave up: disk full.',
    });
  });
});

describe('an advertisement', () => {
  const OID = '1'.repeat(40);

  it('gives refs and capabilities, without peeled tags', () => {
    const bytes = Buffer.concat([
      pktLine(`${OID} HEAD\0side-band-64k agent=git/2\n`),
      pktLine(`${OID} refs/tags/v1\n`),
      pktLine(`${OID} refs/tags/v1^{}\n`),
      FLUSH,
    ]);

    const { refs, capabilities } = parseAdvertisement(bytes);

    expect([...refs.keys()]).toEqual(['HEAD', 'refs/tags/v1']);
    expect(capabilities.has('side-band-64k')).toBe(true);
  });

  it('of an empty repository has no refs', () => {
    const bytes = Buffer.concat([pktLine(`${'0'.repeat(40)} capabilities^{}\0report-status\n`), FLUSH]);

    expect(parseAdvertisement(bytes).refs.size).toBe(0);
  });

  it('of a SHA-256 repository is refused with a sentence', () => {
    const bytes = Buffer.concat([pktLine(`${OID} HEAD\0object-format=sha256\n`), FLUSH]);

    expect(() => parseAdvertisement(bytes)).toThrow(/SHA-256/);
  });
});

describe('the report of a push', () => {
  const report = (...lines: string[]): Buffer => Buffer.concat([...lines.map((line) => pktLine(line)), FLUSH]);

  it.each([
    ['ok refs/heads/a\n', { kind: 'ok' }],
    ['ng refs/heads/a failed to update ref\n', { kind: 'moved' }],
    ['ng refs/heads/a non-fast-forward\n', { kind: 'moved' }],
    ['ng refs/heads/a reference already exists\n', { kind: 'moved' }],
    ['ng refs/heads/a pre-receive hook declined\n', { kind: 'refused' }],
    ['ng refs/heads/a protected branch hook declined\n', { kind: 'refused' }],
  ])('reads %j', (line, expected) => {
    expect(parseReport(report('unpack ok\n', line), 'refs/heads/a', '')).toMatchObject(expected);
  });

  it('that says nothing of our ref leaves the outcome unknown', () => {
    expect(() => parseReport(report('unpack ok\n', 'ok refs/heads/other\n'), 'refs/heads/a', '')).toThrow(
      /what became/,
    );
  });
});

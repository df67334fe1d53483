import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AuthenticatorSettings } from '../../reconciler/view/sign-in/settings.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith } from '../support/real-parts.ts';
import type { Failure } from '../support/sign-in/remote-fake.ts';
import { requestWith } from '../support/sign-in/requests.ts';
import { settingsOf, signInWith, type SeenSignIn } from '../support/sign-in/sign-ins.ts';
import { SUBJECTS, type Subject } from '../support/sign-in/subjects.ts';

/** Time that a server may take where a test waits until it is over, in milliseconds. */
const SOON_MS = 1000;
const FAILURES: Failure[] = ['silent', 'cut', 'broken', 'nonsense', 'endless'];
/** As the metrics call it. */
const COUNTED_AS: Partial<Record<AuthenticatorSettings['type'], string>> = { module: 'badge' };

for (const type of Object.keys(SUBJECTS) as AuthenticatorSettings['type'][]) {
  describeWith(['openssl'], `Sign-in by ${type}`, () => {
    const counted = COUNTED_AS[type] ?? type;
    let subject: Subject;
    let seen: SeenSignIn;
    const told = (): number => seen.logged.filter((line) => line.includes('cannot be asked')).length;

    beforeEach(async () => {
      subject = await SUBJECTS[type]();
      seen = await signInWith(settingsOf([subject.settings]));
    });
    afterEach(async () => {
      await subject.close();
      expect(subject.secrets.filter((secret) => seen.logged.some((line) => line.includes(secret)))).toEqual([]);
    });

    it('lets in whoever has the right credential, as a viewer', async () => {
      const result = await seen.signIn.authenticate(await subject.right());

      expect(result).toEqual({ principal: { name: subject.name, roles: ['viewer'], by: counted } });
      expect(seen.counted).toEqual([[counted, 'ok']]);
    });

    it('refuses a wrong credential, and counts it', async () => {
      const result = await seen.signIn.authenticate(await subject.wrong());

      expect(result).toEqual({ denied: expect.objectContaining({ status: expect.toBeOneOf([401, 403]) }) });
      expect(seen.counted).toEqual([[counted, 'refused']]);
    });

    it('does not know who has no credential, and counts nothing', async () => {
      const result = await seen.signIn.authenticate(requestWith());

      expect(result).toEqual({ denied: expect.objectContaining({ status: expect.toBeOneOf([401, 403]) }) });
      expect(seen.counted).toEqual([]);
      expect(seen.logged.filter((line) => line.includes('failed'))).toEqual([]);
    });

    it('answers old paths with 403 and no invitation', async () => {
      const result = await seen.signIn.authenticate({ ...(await subject.wrong()), path: '/api/v0/hosts' });

      expect(result).toEqual({ denied: { status: 403 } });
    });

    // A certificate says all there is to know.
    if (type !== 'clientCertificate') {
      it('denies soon, and says so once, while nobody can be asked; and lets in when it is over', async () => {
        const { settings } = subject;
        seen = await signInWith(settingsOf(['timeoutMs' in settings ? { ...settings, timeoutMs: SOON_MS } : settings]));
        for (const failure of FAILURES) {
          subject.fail?.(failure);
          const before = told();
          const began = performance.now();

          const results = [await seen.signIn.authenticate(await subject.right())];
          results.push(await seen.signIn.authenticate(await subject.right()));

          const denied = { denied: { status: 503, retryAfterSeconds: 5 } };
          expect(results, failure).toEqual([denied, denied]);
          expect(performance.now() - began, failure).toBeLessThan(10_000);
          expect(told() - before, failure).toBeLessThanOrEqual(1);
        }
        subject.fail?.(undefined);

        // It may take longer than that on a machine with other work to do.
        const result = await eventually(async () => {
          const answer = await seen.signIn.authenticate(await subject.right());
          return 'principal' in answer && answer;
        });

        expect(told()).toBeGreaterThan(0);
        expect(seen.logged.filter((line) => line.includes('possible this way again'))).toHaveLength(1);
        expect(new Set(seen.counted.map(String))).toEqual(new Set([`${counted},unavailable`, `${counted},ok`]));
        expect(result).toHaveProperty('principal.name', subject.name);
      });
    }

    it('never throws and lets nobody in, whatever is sent', async () => {
      const text = fc.oneof(
        fc.string({ maxLength: 60 }),
        fc.string({ maxLength: 60, unit: 'binary' }),
        fc.constantFrom('', ':', '::', '\0', '\r\nx: y', '../../..', '{"$ne":1}', '%00', '💥', 'a'.repeat(20_000)),
      );
      const header = fc.oneof(
        fc
          .tuple(fc.constantFrom('Basic ', 'basic ', 'Bearer ', 'BEARER  ', 'Digest ', ''), text)
          .map(([scheme, rest]) => {
            return `${scheme}${scheme.startsWith('Ba') && rest.length % 2 ? Buffer.from(rest).toString('base64') : rest}`;
          }),
        fc.constant(`Basic ${Buffer.from('ann:\0').toString('base64')}`),
        fc.constant('Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEifQ.'),
      );
      const request = fc.record({
        authorization: header,
        token: text,
        cookie: text,
        names: fc.array(text, { maxLength: 3 }),
      });

      await fc.assert(
        fc.asyncProperty(request, async ({ authorization, token, cookie, names }) => {
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries({
            authorization,
            'x-auth-token': token,
            cookie: `intendant-session=${cookie}; __Host-intendant-session=${cookie}`,
            'x-badge': token,
          })) {
            if (isHeader(value)) headers[name] = value;
          }
          const clientCertificate = { commonNames: names, fingerprint256: '' };

          const result = await seen.signIn.authenticate(requestWith(headers, { clientCertificate }));

          expect(result).toHaveProperty('denied');
        }),
        { numRuns: 150 },
      );
    });
  });
}

/** Whether a server would let it through at all. */
function isHeader(value: string): boolean {
  try {
    return new Headers({ x: value }).get('x') !== null;
  } catch {
    return false;
  }
}

import ssh2 from 'ssh2';
import { Bug } from '../model/errors.ts';

/** One key in two hundred is unusable; so many in a row never are. */
const TRIES = 20;

/**
 * A new ed25519 key pair in OpenSSH form, encrypted where a passphrase is given. ssh2 1.17 writes about one key in two
 * hundred so that it cannot read it itself; so each is read back, and made anew when that fails.
 */
export function newKeyPair(encryption?: { passphrase: string; cipher: string; rounds: number }): {
  private: string;
  public: string;
} {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const pair = encryption
      ? ssh2.utils.generateKeyPairSync('ed25519', encryption)
      : ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private, encryption?.passphrase) instanceof Error)) return pair;
  }
  throw new Bug('No usable ed25519 key could be made.');
}

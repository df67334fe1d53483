import ssh2 from 'ssh2';

/** A key pair in OpenSSH's text forms. */
export interface SshKeyPair {
  private: string;
  public: string;
}

/**
 * A fresh ed25519 key pair. About one in 256 that ssh2 writes it cannot read again (a leading zero byte is lost), so each is
 * read back and made anew until it can be.
 */
export function newSshKeyPair(): SshKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return { private: pair.private, public: pair.public };
  }
}

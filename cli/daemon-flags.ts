import { Flags } from '@oclif/core';

/** Flags that say what the daemon must know; each wins over files, etcd and variables. */
export const daemonFlags = {
  config: Flags.string({
    char: 'c',
    helpValue: 'FILE',
    env: 'INTENDANT_CONFIG',
    summary: 'Configuration file of the daemon, over /etc/intendant/intendant.yaml.',
  }),
  repo: Flags.string({ helpValue: 'URL', summary: 'The config repository: https, ssh, or a local path.' }),
  branch: Flags.string({ helpValue: 'NAME', summary: 'Branch of the config repository.' }),
  fleet: Flags.string({ helpValue: 'NAME', summary: 'Name of the fleet.' }),
  state: Flags.string({
    helpValue: 'DIR',
    summary: 'State folder of the daemon; its socket is there.',
  }),
  etcd: Flags.string({
    helpValue: 'URL',
    multiple: true,
    summary: 'Endpoint of etcd; give it once for each. Without one the state is kept in the state folder.',
  }),
  identity: Flags.string({ helpValue: 'FILE', summary: 'Private key to log in to hosts with.' }),
  set: Flags.string({
    helpValue: 'FIELD=VALUE',
    multiple: true,
    summary: 'Any field of the configuration, as in repository.poll=10s; give it once for each.',
  }),
};

/** What these flags hold after parsing. */
export interface DaemonFlagValues {
  config?: string | undefined;
  repo?: string | undefined;
  branch?: string | undefined;
  fleet?: string | undefined;
  state?: string | undefined;
  etcd?: string[] | undefined;
  identity?: string | undefined;
  set?: string[] | undefined;
}

import { Flags } from '@oclif/core';
import { VIEW_SOURCES } from '../reconciler/view/fleet-view.ts';
import { daemonFlags } from './daemon-flags.ts';

/** Flags of the commands that read the fleet: whom to ask, and where that is. */
export const viewFlags = {
  from: Flags.option({
    options: [...VIEW_SOURCES],
    summary:
      'Ask only this one: the daemon (socket), the store, or the status branch. Default: the first that answers.',
  })(),
  config: daemonFlags.config,
  state: daemonFlags.state,
  repo: daemonFlags.repo,
  fleet: daemonFlags.fleet,
  etcd: daemonFlags.etcd,
  'status-branch': Flags.string({
    helpValue: 'NAME',
    default: 'intendant/status',
    summary: 'Branch that holds the status.',
  }),
};

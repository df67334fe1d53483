import type { Controller } from '../../model/controller.ts';
import { Bug } from '../../model/errors.ts';
import { EMPTY_PLAN } from '../../model/plan.ts';
import type { KindContext, KindDeps, KindTraits } from '../context.ts';
import { concernedByHost } from '../operation/concerned.ts';
import { assessHost } from './assess.ts';
import { observeHost, type HostObserved } from './observe.ts';

/** A host: investigated on first sight, checked on an interval, `active` or `failed`, and back when it recovers. */
export const hostController: Controller<'Host', HostObserved, KindDeps, KindContext> & KindTraits = {
  kind: 'Host',
  observe: observeHost,
  plan: () => EMPTY_PLAN,
  assess: (resource, observed, _plan, context) => assessHost(resource, observed, context),
  apply() {
    throw new Bug('a Host has no steps');
  },
  affects: (_key, status, deps) => concernedByHost(status?.cluster, deps),
};

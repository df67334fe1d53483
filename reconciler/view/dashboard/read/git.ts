import { tellError, asIntendantError } from '../../../model/errors.ts';
import type { ViewContext } from '../../http/context.ts';
import type { PlanModel } from '../pages/plan.tsx';
import type { RevisionsModel } from '../pages/revisions.tsx';

/** Commits on one page. */
const PAGE = 25;
const LONGEST_NAME = 200;

/** The plan of a branch. What keeps it from being made is said, and not thrown. */
export async function readPlan(asked: string, { plans }: ViewContext, signal: AbortSignal): Promise<PlanModel> {
  const branch = asked.trim().slice(0, LONGEST_NAME);
  if (branch === '') return { branch };
  try {
    const plan = await plans.plan(branch, signal);
    if (plan) return { branch, plan };
    return { branch, trouble: `The config repository has no branch ${JSON.stringify(branch)}; push it first` };
  } catch (error) {
    return { branch, trouble: tellError(asIntendantError(error)) };
  }
}

/** A page of commits. What keeps them from being read is said, and not thrown. */
export async function readRevisions(
  before: string | undefined,
  { revisions }: ViewContext,
  signal: AbortSignal,
): Promise<RevisionsModel> {
  try {
    const entries = await revisions.list({ limit: PAGE, ...(before !== undefined && { before }) }, signal);
    const last = entries.length === PAGE ? entries.at(-1) : undefined;
    return { entries, ...(last && { next: last.commit }) };
  } catch (error) {
    return { entries: [], trouble: tellError(asIntendantError(error)) };
  }
}

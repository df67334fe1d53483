import type { Context, Hono } from 'hono';
import type { ApplyReview } from '../../kinds/cluster/review-apply.ts';
import type { OperationReview } from '../../kinds/operation/review.ts';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import type { BranchPlan } from '../http/git-reading.ts';
import { problem } from '../http/problem.ts';
import { json } from './answers.ts';
import { planMarkdown, planPlain, type TitledPlan } from '../plan-forms.ts';
import { invalid, quoted, readQuery } from './query.ts';

/** An operation as a reviewer reads it: its steps on each host follow from its actions. */
export type PlannedOperation = Omit<OperationReview, 'plan'>;

export type PlannedProfile = Omit<ApplyReview, 'operations'> & { operations: PlannedOperation[] };

export type PlanView = Omit<BranchPlan, 'operations' | 'profiles'> & {
  operations: PlannedOperation[];
  profiles: PlannedProfile[];
};

const FORMATS = { json: 'application/json', text: 'text/plain', markdown: 'text/markdown' } as const;
type Format = keyof typeof FORMATS;

/** What merging a branch of the config repository would do: as JSON, as text, or as Markdown for a review. */
export function planRoutes(app: Hono<ViewEnv>, context: ViewContext): void {
  app.get('/plan', async (c) => {
    const query = readQuery(c, { once: ['ref', 'format'] });
    const ref = query.one('ref');
    if (ref === undefined || ref === '') {
      throw invalid('NO_REF', 'The parameter ref is not given.', 'Name a branch: /api/v1/plan?ref=my-branch.');
    }
    const format = formatOf(c, query.one('format'));
    if (!format) {
      return problem({
        status: 406,
        code: 'NOT_ACCEPTABLE',
        title: 'There is no such form of a plan',
        detail: `A plan can be had as ${Object.values(FORMATS).join(', ')}.`,
      });
    }
    const plan = await context.plans.plan(ref, signalOf(c, context));
    if (!plan) {
      const detail = `The config repository has no branch ${quoted(ref)}.`;
      return problem({ status: 404, code: 'NO_SUCH_BRANCH', title: 'There is no such branch', detail });
    }
    if (format === 'json') return varied(json(c, planView(plan)));
    return varied(
      new Response(format === 'text' ? planPlain(titled(plan)) : planMarkdown(titled(plan)), {
        headers: { 'content-type': `${FORMATS[format]}; charset=utf-8`, 'cache-control': 'private, no-cache' },
      }),
    );
  });
}

function titled(plan: BranchPlan): TitledPlan {
  const { branch, head, base } = plan;
  return { ...plan, title: [`Plan of ${branch} at ${head.slice(0, 12)}, compared with ${base.slice(0, 12)}`] };
}

/** The parameter goes before the header; of the header, the first form that we have. Undefined: none is accepted. */
function formatOf(c: Context, asked: string | undefined): Format | undefined {
  if (asked !== undefined) {
    if (Object.hasOwn(FORMATS, asked)) return asked as Format;
    throw invalid('BAD_FORMAT', `There is no format ${quoted(asked)}.`, 'Known are: json, markdown, text.');
  }
  const header = c.req.header('accept');
  if (header === undefined || header.trim() === '') return 'json';
  const wanted = header
    .slice(0, 1000)
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
      const quality = parameters.find((each) => each.startsWith('q='))?.slice(2);
      return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { type } of wanted) {
    if (type === '*/*' || type === 'application/*') return 'json';
    if (type === 'text/*') return 'text';
    const format = (Object.keys(FORMATS) as Format[]).find((each) => FORMATS[each] === type);
    if (format) return format;
  }
  return undefined;
}

function varied(answer: Response): Response {
  answer.headers.set('vary', 'accept');
  return answer;
}

function planView({ operations, profiles, ...rest }: BranchPlan): PlanView {
  return {
    ...rest,
    operations: operations.map(withoutSteps),
    profiles: profiles.map((profile) => ({ ...profile, operations: profile.operations.map(withoutSteps) })),
  };
}

function withoutSteps({ plan: _plan, ...rest }: OperationReview): PlannedOperation {
  return rest;
}

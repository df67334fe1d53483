import type { Condition } from '../../../model/conditions.ts';
import type { Metadata } from '../../../model/resource.ts';
import { ConditionList } from './condition-list.tsx';
import { FactList, type Fact } from './fact-list.tsx';
import { MetadataList } from './metadata.tsx';

/** What an object is, and beside it what is so of it. */
export function FactsAndConditions({
  title,
  facts,
  metadata,
  conditions = [],
  nowMs,
}: {
  /** Of the facts. */
  title: string;
  facts: readonly Fact[];
  metadata: Metadata | undefined;
  conditions: readonly Condition[] | undefined;
  nowMs: number;
}) {
  return (
    <div class="columns">
      <section>
        <h2>{title}</h2>
        <FactList facts={facts} />
        <MetadataList metadata={metadata} />
      </section>
      <section>
        <h2>Conditions</h2>
        <ConditionList conditions={conditions} nowMs={nowMs} />
      </section>
    </div>
  );
}

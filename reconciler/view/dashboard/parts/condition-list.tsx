import type { Condition } from '../../../model/conditions.ts';
import { conditionTone } from '../states.ts';
import { sentence, shown } from '../text.ts';
import { Ago } from './time.tsx';

/** What is so, and since when. */
export function ConditionList({ conditions, nowMs }: { conditions: readonly Condition[]; nowMs: number }) {
  if (conditions.length === 0) return <p class="quiet">Nothing has been said about it yet.</p>;
  return (
    <table>
      <caption class="unseen">Conditions</caption>
      <thead>
        <tr>
          <th scope="col">Condition</th>
          <th scope="col">Is</th>
          <th scope="col">Why</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {conditions.map(({ type, status, reason, message, lastTransitionTime }) => (
          <tr>
            <th scope="row">{type}</th>
            <td data-is={conditionTone(type, status)}>{status}</td>
            <td>
              <span class="quiet">{shown(reason, 80)}</span> {sentence(message)}
            </td>
            <td class="nowrap">
              <Ago at={lastTransitionTime} nowMs={nowMs} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

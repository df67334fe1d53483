import type { ClaimList, ClaimView } from '../../reconciler/view/claims.ts';
import type { ReleaseRecord } from '../../reconciler/store/records.ts';
import type { Screen } from '../base-command.ts';
import { ago } from './object-tables.ts';
import { renderTable, type Column } from './table.ts';

/** Who holds which host, and what was released by hand. `nowMs` is wall clock. */
export function renderClaims({ claims, released }: ClaimList, { width, paint }: Screen, nowMs: number): string {
  const held = claims.length === 0 ? 'Nobody holds a host.' : renderTable(claims, heldColumns(nowMs), { width, paint });
  if (released.length === 0) return held;
  return `${held}\n\n${renderTable(released, releasedColumns(nowMs), { width, paint })}`;
}

function heldColumns(nowMs: number): Column<ClaimView>[] {
  return [
    { header: 'host', cell: ({ host }) => host },
    { header: 'held by', cell: ({ owner }) => owner },
    { header: 'phase', cell: ({ phase, orphaned }) => (orphaned ? 'orphaned' : (phase ?? '')), tone: toneOfClaim },
    { header: 'since', cell: ({ since }) => ago(since, nowMs), align: 'right' },
    { header: 'step', cell: ({ step }) => step?.id ?? '' },
    // Not cut: it may be what to type.
    { header: 'why', cell: ({ why }) => why },
  ];
}

function toneOfClaim({ orphaned }: ClaimView): 'bad' | 'quiet' {
  return orphaned ? 'bad' : 'quiet';
}

function releasedColumns(nowMs: number): Column<ReleaseRecord>[] {
  return [
    { header: 'released', cell: ({ host }) => host },
    { header: 'from', cell: ({ owner }) => owner },
    { header: 'when', cell: ({ releasedAt }) => ago(releasedAt, nowMs), align: 'right' },
    { header: 'by', cell: ({ who }) => who },
    { header: 'reason', cell: ({ why }) => why, flexible: true },
  ];
}

import type { RevisionRecord } from '../store/records.ts';
import type { Transition } from './status-tree.ts';
import { cleanText } from './text.ts';
import { troubleOf } from './wellness.ts';

const MAX_LINES = 8;
const MAX_LINE = 120;

export interface MessageInput {
  transitions: readonly Transition[];
  /** What to say of a commit in which no word changed. */
  otherwise: string;
  revision: RevisionRecord | undefined;
}

/**
 * The message of a status commit: what changed in one line, up to eight of the transitions (those that are not well
 * first), and the trailer that names the revision which the commit answers.
 */
export function commitMessage({ transitions, otherwise, revision }: MessageInput): string {
  const ordered = [...transitions].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const parts = [subject(ordered, otherwise)];
  if (ordered.length > 1) parts.push(body(ordered));
  const trailer = revisionText(revision);
  if (trailer) parts.push(`Intendant-Revision: ${trailer}`);
  return `${parts.join('\n\n')}\n`;
}

function subject(transitions: readonly Transition[], otherwise: string): string {
  if (transitions.length === 1) return describe(transitions[0]!);
  if (transitions.length === 0) return line(otherwise);
  const counts = new Map<string, number>();
  for (const { to } of transitions) counts.set(to ?? 'removed', (counts.get(to ?? 'removed') ?? 0) + 1);
  const words = [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => `${count} ${word}`);
  return line(`${transitions.length} transitions: ${words.slice(0, 5).join(', ')}`);
}

function body(transitions: readonly Transition[]): string {
  const lines = transitions.slice(0, MAX_LINES).map(describe);
  const rest = transitions.length - lines.length;
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

function describe({ key, from, to, status }: Transition): string {
  const trouble = status && troubleOf(status);
  const words = to === undefined ? 'removed' : from === undefined ? to : `${from} → ${to}`;
  return line(`${key}: ${words}${trouble ? ` (${wordOf(trouble.reason)})` : ''}`);
}

/** A reason as a bare word: a forge acts on `Fixes #1` and on `@name` in the message of a commit. */
function wordOf(reason: string): string {
  return reason.replace(/[^A-Za-z0-9]/g, '').slice(0, 60);
}

/** What is not well first, then what changed, then what is new. */
function rank({ from, status }: Transition): number {
  if (status && troubleOf(status)) return 0;
  return from === undefined ? 2 : 1;
}

function line(text: string): string {
  return cleanText(text, MAX_LINE);
}

/** `main@sha1:<hex>` of the accepted revision, the form of every revision in status; undefined before the first. */
export function revisionText(revision: RevisionRecord | undefined): string | undefined {
  if (!revision?.accepted) return undefined;
  const { branch, accepted } = revision;
  return `${cleanText(branch, 200).replaceAll(' ', '')}@sha1:${cleanText(accepted, 64)}`;
}

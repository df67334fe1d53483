import type { HostHands } from '../../reconciler/hosts/host.ts';
import type { Lost } from '../../reconciler/hosts/lost.ts';
import type { Facts } from '../../reconciler/hosts/facts.ts';
import type { StepPlace } from '../../reconciler/hosts/guarded-step.ts';
import type { HostTarget } from '../../reconciler/hosts/transport.ts';
import type { StepSighting } from '../../reconciler/hosts/step-sighting.ts';
import type { SeenHost } from '../../reconciler/hosts/profile/seen.ts';
import type { CheckAnswer } from '../../reconciler/hosts/check.ts';

type Answer<T> = T | Lost | Error;

/** Hands that answer from a list, in order; the last answer repeats. An Error is thrown. Keeps what was asked. */
export class ScriptedHands implements HostHands {
  readonly asked: string[] = [];
  /** Where the records of steps were asked for. */
  readonly places: StepPlace[] = [];
  facts_: Answer<{ facts: Facts; hostKey: string }>[] = [];
  starts: Answer<StepSighting>[] = [];
  reads: Answer<StepSighting>[] = [];
  checks: Answer<CheckAnswer>[] = [];
  looks: Answer<{ seen: SeenHost }>[] = [];

  async facts(): Promise<{ facts: Facts; hostKey: string } | Lost> {
    return this.#next('facts', this.facts_);
  }
  async startStep(_target: HostTarget, step: StepPlace): Promise<StepSighting | Lost> {
    this.#at(step);
    return this.#next('start', this.starts);
  }
  async readStep(_target: HostTarget, step: StepPlace): Promise<StepSighting | Lost> {
    this.#at(step);
    return this.#next('read', this.reads);
  }
  async check(): Promise<CheckAnswer | Lost> {
    return this.#next('check', this.checks);
  }
  async look(): Promise<{ seen: SeenHost } | Lost> {
    return this.#next('look', this.looks);
  }
  actingFor(): this {
    return this;
  }
  drop(): void {
    this.asked.push('drop');
  }

  #at({ stepsRoot, stepId, digest }: StepPlace): void {
    this.places.push({ stepsRoot, stepId, digest });
  }

  #next<T>(what: string, answers: Answer<T>[]): T | Lost {
    this.asked.push(what);
    const answer = answers.length > 1 ? answers.shift()! : answers[0];
    if (answer === undefined) throw new Error(`nothing scripted for ${what}`);
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

import type { ResourceCheck } from '../source/inventory/cross-check.ts';
import { checkProfiles } from './host-profile/check.ts';

/** What kinds check of a repository beside their schemas: whoever judges one passes these, so that all come to the same. */
export const KIND_CHECKS: readonly ResourceCheck[] = [checkProfiles];

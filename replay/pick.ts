/** Which group of rows of the data set request number `k` carries: a function of (seed, k), whichever worker sends it. */
import type { Plan } from '../core/plan.js';
import { hash32, uniform } from '../core/random.js';

export type Pick = (request: number) => number;

/** With `check: 'sample'`, one answer in this many is compared, chosen by the seed. */
export const CHECK_EVERY = 16;

const SALT_PICK = 0xb01;
const SALT_CHECK = 0xb02;

/** Group of a request: in order and from the start again, or uniformly at random with replacement. */
export function createPick(plan: Choice, groups: number): Pick {
  if (plan.pick === 'sequential') return (request) => request % groups;
  const seed = hash32(plan.seed, 0, SALT_PICK);
  return (request) => Math.floor(uniform(seed, request) * groups);
}

type Choice = { readonly pick: Plan['pick']; readonly seed: number };

/** Whether the answer to a request is compared with the expected one. */
export function createCheckChoice(plan: { readonly check: Plan['check']; readonly seed: number }): (request: number) => boolean {
  if (plan.check !== 'sample') {
    const always = plan.check === 'all';
    return () => always;
  }
  const seed = hash32(plan.seed, 0, SALT_CHECK);
  const limit = 2 ** 32 / CHECK_EVERY;
  return (request) => hash32(seed, request, 0) < limit;
}

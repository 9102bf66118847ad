/** Every target there is. */
import type { TargetKind } from '../target.js';
import { nullTarget } from './null.js';
import { redisai } from './redisai.js';

// Each kind has an option table of its own, and `create` takes its values: the registry only needs what they have in common.
export const TARGETS = [redisai, nullTarget] as unknown as readonly TargetKind[];

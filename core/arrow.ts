/**
 * apache-arrow, loaded from the single-file build that the package ships: it is in memory in 15 ms, where the tree of
 * some two hundred modules takes 100 ms, and every worker thread pays that again.
 * Only what the package documents may be used of it: names that are not public are renamed in that build.
 */
import { createRequire } from 'node:module';
import type * as Arrow from 'apache-arrow';

const require = createRequire(import.meta.url);

export const arrow = require('apache-arrow/Arrow.es2015.min') as typeof Arrow;

export type { Arrow };

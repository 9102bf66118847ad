/** The library: the stages of the command line as functions, and the types of what goes in and comes out. */
export { InferplayError, EXIT_CODES } from './core/errors.js';
export type { ErrorCode } from './core/errors.js';
export type { Progress, OnProgress } from './core/progress.js';

export { generate } from './generate/generate.js';
export type { GenerateOptions } from './generate/generate.js';
export type { UseCase, Recipe, BatchMaker } from './generate/use-case.js';
export { openDataset } from './core/dataset.js';
export type { Dataset, Batch } from './core/dataset.js';
export type { Manifest, Column, ShardEntry, ModelEntry, BadRow } from './core/manifest.js';

export { load } from './load/load.js';
export type { LoadOptions, LoadReport } from './load/load.js';

export { serve, listen } from './serve/serve.js';
export type { ServeOptions, Served, Listening } from './serve/serve.js';

export { replay } from './replay/replay.js';
export type { ReplayOptions, Replayed } from './replay/replay.js';
export { inspectServer, planReplay } from './replay/prepare.js';
export type { Plan } from './core/plan.js';
export { emptyRecording, merge } from './core/recording.js';
export type { Recording } from './core/recording.js';
export type { Result, Verdict } from './core/result.js';
export { readResult, writeResult } from './core/result-folder.js';

export { sweep } from './sweep/sweep.js';
export type { SweepOptions, SweepStages, SweepContext, SweepEvent } from './sweep/sweep.js';
export type { SweepSummary, SweepPoint, Statistic } from './core/sweep-points.js';
export type { SweepDefinition, SweepRun, Axis, AxisName, Point } from './core/sweep.js';

export { report } from './report/report.js';
export { summarize } from './report/summary.js';
export { inspect } from './report/inspect.js';
export { contactSheet } from './report/contact-sheet.js';
export type { ContactSheet, SheetOptions } from './report/contact-sheet.js';
export { verify } from './report/verify.js';

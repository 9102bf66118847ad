/** What a long stage tells its caller while it works; the command line draws it, a library user may ignore it. */
export interface Progress {
  /** What is counted, for example `rows` or `keys`. */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

export type OnProgress = (progress: Progress) => void;

/** What a long stage tells its caller while it works; the command line draws it, a library user may ignore it. */
export interface Progress {
  /** What is counted, for example `rows` or `keys`. */
  readonly unit: string;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  readonly elapsedMs: number;
  /** Share of the time that has passed, 0..1, where it is time that ends the stage and not a count. */
  readonly fraction?: number;
  /** What the stage is at, where that is not what the counts say, for example `warming up`. */
  readonly note?: string;
}

export type OnProgress = (progress: Progress) => void;

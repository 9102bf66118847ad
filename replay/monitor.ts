/** A worker thread accusing itself: how busy its event loop was over the measured window, and how late the loop came round. */
import { monitorEventLoopDelay, performance, type EventLoopUtilization } from 'node:perf_hooks';
import type { WorkerHealth } from '../core/recording.js';

/** Ten milliseconds between probes: a hundred wake-ups a second cost nothing that could be measured. */
const RESOLUTION_MS = 10;

export interface Monitor {
  /** The measured window opens: what was seen before is forgotten. */
  begin(): void;
  end(): WorkerHealth;
}

export function createMonitor(worker: number): Monitor {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let start: EventLoopUtilization = performance.eventLoopUtilization();
  // Node counts the whole interval between two probes; only what exceeds the resolution is delay.
  const delayMs = (ns: number) => (Number.isFinite(ns) ? Math.max(0, ns / 1e6 - RESOLUTION_MS) : 0);
  return {
    begin() {
      delay.reset();
      start = performance.eventLoopUtilization();
    },
    end() {
      const { utilization } = performance.eventLoopUtilization(start);
      delay.disable();
      const probed = delay.count > 0;
      return {
        worker,
        utilization,
        delayP99Ms: probed ? delayMs(delay.percentile(99)) : 0,
        delayMaxMs: probed ? delayMs(delay.max) : 0,
      };
    },
  };
}

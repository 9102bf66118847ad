/** What the server does as time goes by: keys expire, silent clients are disconnected, a pause ends. */
import { usedBytes } from './admission.js';
import { SWEEP_KEYS } from './database.js';
import type { Server } from './server.js';

const TICK_MS = 100;
/** How many ticks between two looks at clients that may have been silent for too long. */
const IDLE_TICKS = 10;

/** @returns a function that stops it */
export function startClock(server: Server): () => void {
  let ticks = 0;
  let soon: NodeJS.Immediate | undefined;
  const sweep = (): void => {
    soon = undefined;
    // Much has expired at once: the rest goes in further slices, between which clients are served.
    if (server.store.sweep() >= SWEEP_KEYS / 4) soon = setImmediate(sweep);
  };
  const timer = setInterval(() => {
    server.stats.tickMs = Date.now();
    server.stats.peakBytes = Math.max(server.stats.peakBytes, usedBytes(server));
    server.statistics.rates.tick({ ...server.stats, commands: server.statistics.calls });
    if (soon === undefined) sweep();
    if (server.pause !== null && server.pause.untilMs <= server.stats.tickMs) endPause(server);
    if (++ticks % IDLE_TICKS === 0 && server.settings.timeoutSeconds > 0) disconnectSilent(server);
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    clearImmediate(soon);
  };
}

export function endPause(server: Server): void {
  const { pause } = server;
  server.pause = null;
  for (const go of pause?.waiting.values() ?? []) go();
}

function disconnectSilent(server: Server): void {
  const before = server.stats.tickMs - server.settings.timeoutSeconds * 1000;
  for (const session of server.sessions.values()) if (session.activeAtMs < before && !session.blocked) session.destroy();
}

/** `redisai://`: a Redis that must have RedisAI's commands. */
import type { SinkKind } from '../sink.js';
import { openStore } from '../store.js';

export const redisai: SinkKind = {
  schemes: ['redisai', 'redisais'],
  summary: 'a RedisAI: tensors, blobs and models; refused where the module is not loaded',
  defaultPort: 6379,
  open: (url, context) => openStore(url, true, context),
};

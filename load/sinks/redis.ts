/** `redis://`: a Redis as it is. With RedisAI's commands there it takes tensors and models too, without them blobs alone. */
import type { SinkKind } from '../sink.js';
import { openStore } from '../store.js';

export const redis: SinkKind = {
  schemes: ['redis', 'rediss'],
  summary: 'a Redis: blobs, and tensors and models where the RedisAI module is loaded',
  defaultPort: 6379,
  open: (url, context) => openStore(url, false, context),
};

/** Values outside of the store: as DUMP gives them away, and as they come back by RESTORE or out of a snapshot. */
import { createHash } from 'node:crypto';
import type { Database } from './database.js';
import type { Server } from './server.js';
import { kindOf, readValue, writeValue, type Saved, type Source } from './snapshot-values.js';
import type { Value } from './value.js';

/** Before the value: which format this is. Redis's own payloads begin with the type of the value, and end with another checksum. */
const HEADER = Buffer.from('inferplay-value 1\n');
const DIGEST_BYTES = 16;

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, DIGEST_BYTES);
}

/** The payload of DUMP: header, kind, the value as a snapshot has it, and a checksum over them. */
export function dumped(value: Value): Buffer {
  const bytes = Buffer.concat([HEADER, Buffer.of(kindOf(value)), ...writeValue(value)]);
  return Buffer.concat([bytes, digestOf(bytes)]);
}

/**
 * What RESTORE makes of a payload.
 * @returns null for what is no payload of this server, or was damaged
 * @throws Error for a payload of ours that holds no value of ours
 */
export function restored(payload: Buffer): Saved | null {
  const end = payload.length - DIGEST_BYTES;
  if (end <= HEADER.length || !payload.subarray(0, HEADER.length).equals(HEADER) || !digestOf(payload.subarray(0, end)).equals(payload.subarray(end))) return null;
  const reader = sourceOf(payload.subarray(HEADER.length + 1, end) as Buffer);
  const saved = readValue(payload[HEADER.length], reader);
  if (reader.left() > 0) throw new Error('it holds more than a value');
  return saved;
}

function sourceOf(bytes: Buffer): Source & { left(): number } {
  let at = 0;
  return {
    take(size) {
      if (size > bytes.length - at) throw new Error('it ends too early');
      return bytes.subarray(at, (at += size)) as Buffer;
    },
    left: () => bytes.length - at,
  };
}

/** Puts a saved value under a key. A model is opened first. @throws Error with the backend's text where it cannot be */
export function putSaved({ models, devices }: Server, database: Database, key: string, saved: Saved): void {
  if (!('definition' in saved)) return database.set(key, saved);
  const model = models.create({ ...saved.definition, key });
  database.set(key, model);
  models.stored(model);
  devices.prepare(saved.definition.device);
}

/**
 * Checks the FlatBuffers of Arrow files before apache-arrow decodes them. That decoder believes every count and offset, so that a
 * damaged byte makes it read the same table for ever or fill the memory; here counts must fit into the bytes that are there.
 * A shape names, for each field of a table (the index is that of Arrow's .fbs files), what it refers to; other fields are scalars.
 */

type Part =
  | { readonly kind: 'text' }
  | { readonly kind: 'table'; readonly of: () => Shape }
  | { readonly kind: 'tables'; readonly of: () => Shape }
  | { readonly kind: 'values'; readonly sizeBytes: number };

type Shape = { readonly [field: number]: Part };

const TEXT: Part = { kind: 'text' };
const LEAF = table(() => ({}));
const PAIRS = tables(() => ({ 0: TEXT, 1: TEXT }));
const FIELD: Shape = { 0: TEXT, 3: LEAF, 4: LEAF, 5: tables(() => FIELD), 6: PAIRS };
const SCHEMA: Shape = { 1: tables(() => FIELD), 2: PAIRS, 3: values(8) };
const RECORD_BATCH: Shape = { 1: values(16), 2: values(16), 3: LEAF, 4: values(8) };
const DICTIONARY_BATCH: Shape = { 1: table(() => RECORD_BATCH) };

export const BLOCK_BYTES = 24;
export const FOOTER: Shape = { 1: table(() => SCHEMA), 2: values(BLOCK_BYTES), 3: values(BLOCK_BYTES), 4: PAIRS };

/** By the number that a message has for the kind of its header. */
const HEADERS: { readonly [kind: number]: Shape | undefined } = { 1: SCHEMA, 2: DICTIONARY_BATCH, 3: RECORD_BATCH };

/** A file with more fields and metadata than this is not one that a data set is read from. */
const TABLES_MAX = 100_000;
const DEPTH_MAX = 32;
/** No array in memory is longer. */
const COUNT_MAX = 2 ** 32;

function table(of: () => Shape): Part {
  return { kind: 'table', of };
}

function tables(of: () => Shape): Part {
  return { kind: 'tables', of };
}

function values(sizeBytes: number): Part {
  return { kind: 'values', sizeBytes };
}

/** @throws RangeError or Error where the bytes are no footer */
export function checkFooter(bytes: Buffer): void {
  checkTable(bytes, bytes.readUInt32LE(0), FOOTER, { tables: 0 }, 0);
}

/**
 * The rows of a record batch, or null for another kind of message; the bytes of the body that follows, and whether they are compressed.
 * @throws RangeError or Error where the bytes are no message of a kind that is known
 */
export function checkMessage(bytes: Buffer): { rows: number | null; bodyBytes: number; compressed: boolean } {
  const root = bytes.readUInt32LE(0);
  const kindAt = fieldAt(bytes, root, 1);
  const kind = kindAt === 0 ? 0 : bytes[kindAt];
  const header = HEADERS[kind];
  if (header === undefined) throw new Error('a message of an unknown kind');
  checkTable(bytes, root, { 2: table(() => header), 4: PAIRS }, { tables: 0 }, 0);
  const bodyBytes = countAt(bytes, fieldAt(bytes, root, 3));
  const at = fieldAt(bytes, root, 2);
  if (at === 0 || header === SCHEMA) return { rows: null, bodyBytes, compressed: false };
  const target = at + bytes.readUInt32LE(at);
  if (header === RECORD_BATCH) return { rows: rowsOf(bytes, target), bodyBytes, compressed: isCompressed(bytes, target) };
  const data = fieldAt(bytes, target, 1);
  return { rows: null, bodyBytes, compressed: data !== 0 && isCompressed(bytes, data + bytes.readUInt32LE(data)) };
}

/** A record batch has the table of its field 3 only where its buffers are compressed. */
function isCompressed(bytes: Buffer, batch: number): boolean {
  return fieldAt(bytes, batch, 3) !== 0;
}

function rowsOf(bytes: Buffer, batch: number): number {
  const nodes = fieldAt(bytes, batch, 1);
  if (nodes !== 0) {
    const { start, count } = vectorAt(bytes, nodes, 16);
    for (let each = start; each < start + 16 * count; each += 16) countAt(bytes, each);
  }
  return countAt(bytes, fieldAt(bytes, batch, 0));
}

/** A 64-bit number that counts things in memory; a field that is left out is 0. */
function countAt(bytes: Buffer, at: number): number {
  const count = at === 0 ? 0 : Number(bytes.readBigInt64LE(at));
  if (!(count >= 0 && count <= COUNT_MAX)) throw new Error('an impossible number of rows or bytes');
  return count;
}

/** Where a field of a table is; 0 where it is left out. */
export function fieldAt(bytes: Buffer, at: number, field: number): number {
  const vtable = at - bytes.readInt32LE(at);
  const size = bytes.readUInt16LE(vtable);
  if (size < 4 || size % 2 !== 0) throw new Error('a table of an impossible size');
  const slot = 4 + 2 * field;
  const offset = slot + 2 <= size ? bytes.readUInt16LE(vtable + slot) : 0;
  return offset === 0 ? 0 : at + offset;
}

/** A vector's first element and how many there are, which fit into the bytes. */
export function vectorAt(bytes: Buffer, at: number, sizeBytes: number): { start: number; count: number } {
  const vector = at + bytes.readUInt32LE(at);
  const count = bytes.readUInt32LE(vector);
  if (vector + 4 + count * sizeBytes > bytes.length) throw new Error('a list is longer than what holds it');
  return { start: vector + 4, count };
}

function checkTable(bytes: Buffer, at: number, shape: Shape, seen: { tables: number }, depth: number): void {
  seen.tables += 1;
  if (seen.tables > TABLES_MAX || depth > DEPTH_MAX) throw new Error('tables refer to each other without end');
  fieldAt(bytes, at, 0);
  for (const [field, part] of Object.entries(shape) as unknown as [number, Part][]) {
    const position = fieldAt(bytes, at, Number(field));
    if (position === 0) continue;
    if (part.kind === 'text') vectorAt(bytes, position, 1);
    else if (part.kind === 'values') vectorAt(bytes, position, part.sizeBytes);
    else if (part.kind === 'table') checkTable(bytes, position + bytes.readUInt32LE(position), part.of(), seen, depth + 1);
    else {
      const { start, count } = vectorAt(bytes, position, 4);
      for (let each = start; each < start + 4 * count; each += 4) checkTable(bytes, each + bytes.readUInt32LE(each), part.of(), seen, depth + 1);
    }
  }
}

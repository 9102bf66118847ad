/**
 * Record batches decoded in memory that is used again for every one of them. A batch of images is megabytes, and fresh memory of that
 * size costs several times what it costs to read the file into memory that is there: the system hands it out page by page.
 */
import { readSync } from 'node:fs';
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import type { Block } from './footer.js';

export class RecordMemory {
  #bytes = Buffer.alloc(0);

  /**
   * Reads without a promise: what reads ahead has a thread of its own, and the way to another one and back would take longer than the read.
   * Decodes a record batch, which is valid until the next one is read. Its message behind that of its schema is a whole Arrow stream.
   * @param schema as `schemaMessage` answered
   * @throws Error for bytes that are no record batch
   */
  read(fd: number, schema: Buffer, { offset, sizeBytes }: Block): Arrow.RecordBatch | null {
    const length = schema.length + sizeBytes;
    // Texts make one batch a little longer than another.
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length + (length >> 3));
    schema.copy(this.#bytes);
    for (let at = schema.length; at < length; ) {
      const bytesRead = readSync(fd, this.#bytes, at, length - at, offset + at - schema.length);
      if (bytesRead === 0) throw new Error('the file ends in the middle of it');
      at += bytesRead;
    }
    const { value } = arrow.RecordBatchReader.from(this.#bytes.subarray(0, length)).next() as { value: Arrow.RecordBatch | undefined };
    return value ?? null;
  }
}

/** A schema as the first message of a stream: a multiple of eight bytes, so that the decoder need not copy what follows. */
export function schemaMessage(schema: Arrow.Schema): Buffer {
  const stream = Buffer.from(arrow.tableToIPC(new arrow.Table(schema), 'stream'));
  return stream.subarray(0, 8 + stream.readInt32LE(4));
}

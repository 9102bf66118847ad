import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as limits from '../../serve/limits.js';

test('the limits fit together', () => {
  for (const [name, value] of Object.entries(limits)) assert.ok(Number.isSafeInteger(value) && value > 0, name);
  assert.ok(limits.TENSOR_BYTES_MAX <= limits.BULK_BYTES_MAX && limits.BULK_BYTES_MAX <= limits.REQUEST_BYTES_MAX);
  assert.ok(limits.OUTPUT_BYTES_PAUSE < limits.OUTPUT_BYTES_MAX);
  assert.ok(limits.CLIENTS_BYTES_MAX >= limits.REQUEST_BYTES_MAX + limits.OUTPUT_BYTES_PAUSE);
  assert.ok(limits.REPLY_BY_REFERENCE_BYTES < limits.LATE_CHUNK_BYTES);
  assert.ok(limits.REPLY_BY_REFERENCE_BYTES < limits.REPLY_BUFFER_BYTES);
  assert.ok(limits.KEEP_RECEIVED_BYTES < limits.READ_BUFFER_BYTES);
});

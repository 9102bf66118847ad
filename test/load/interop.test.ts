/** What was loaded, in the hands of others: redis-py reads the same bytes. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { load } from '../../load/load.js';
import { temporaryFolder } from '../support/paths.js';
import { noPython, PYTHON } from '../support/python.js';
import { makeReferenceData, referenceBytes, sha256 } from '../support/reference-data.js';
import { noRedisServer, startRedisServer } from '../support/redis-server.js';

const SCRIPT = `
import hashlib, json, redis, sys
r = redis.Redis.from_url(sys.argv[1])
print(json.dumps({"rows": json.loads(r.get("inferplay:dataset"))["rows"], "sha256": [hashlib.sha256(r.get("referenceBLOB:{%d}" % i)).hexdigest() for i in range(300)]}))
`;

test('redis-py reads the keys and the manifest key', { skip: noRedisServer || noPython('redis') }, async (t) => {
  const server = await startRedisServer([], t);
  const folder = temporaryFolder(t);
  makeReferenceData(folder, { rows: 300 });
  await load(folder, { to: server.url });
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', SCRIPT, server.url], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { rows: 300, sha256: Array.from({ length: 300 }, (_, row) => sha256(referenceBytes(row))) });
});

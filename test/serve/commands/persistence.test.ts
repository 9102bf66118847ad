import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../support/paths.js';
import { served } from '../../support/resp-client.js';

test('without a file there is nothing to save to', async (t) => {
  const client = await served(t);
  for (const name of ['SAVE', 'BGSAVE']) assert.match(String(await client.call(name)), /^-ERR there is no snapshot file/);
  assert.ok(Math.abs(Number(await client.call('LASTSAVE')) - Date.now() / 1000) < 60);
  assert.match(String(await client.call('SHUTDOWN', 'MAYBE')), /syntax/);
});

test('SAVE and BGSAVE write the file, SHUTDOWN NOSAVE does not', async (t) => {
  const save = join(temporaryFolder(t), 'keys.snapshot');
  const client = await served(t, { save });
  assert.equal(await client.call('SAVE'), 'OK');
  assert.ok(existsSync(save));
  assert.equal(await client.call('SET', 'k', 'v'), 'OK');
  assert.equal(await client.call('BGSAVE'), 'Background saving started');
  while (!String(await client.call('INFO', 'persistence')).includes('rdb_bgsave_in_progress:0'));
  await client.call('SET', 'k', 'changed');
  client.socket.write('SHUTDOWN NOSAVE\r\n');
  await client.server.ended;
  const again = await served(t, { save });
  assert.equal(await again.call('GET', 'k'), 'v');
  again.socket.write('SHUTDOWN\r\n');
  await again.server.ended;
});

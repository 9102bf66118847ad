/** Every recorded scenario of the real server is played against ours, byte for byte. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { serve, type Served } from '../../serve/serve.js';
import { play, readScenarios } from './transcript.js';

/** Scenarios that are not for this server, each with its reason. */
const SKIPPED: { readonly [name: string]: string } = {
  'tensor/eval-lua-error': 'there is no Lua',
  'modelexecute/in-lua': 'there is no Lua',
  'dagexecute/dag-in-lua': 'there is no Lua',
  'onnx-extra/store-opset99': 'the text is of another version of ONNX Runtime',
};

for (const [file, backend] of [['transcripts.jsonl', true], ['transcripts-no-backend.jsonl', false]] as const) {
  describe(`as recorded in ${file}`, () => {
    let server: Served;
    before(async () => {
      server = await serve({ backend });
    });
    after(() => server.close());
    for (const scenario of readScenarios(file)) {
      it(scenario.name, { skip: SKIPPED[scenario.name] ?? false }, async () => {
        assert.equal(await play(scenario, server.port), null);
      });
    }
  });
}

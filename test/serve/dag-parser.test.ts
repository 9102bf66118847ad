import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiplyModel, served, type RespClient } from '../support/resp-client.js';

async function setUp(t: Parameters<typeof served>[0]): Promise<{ client: RespClient; ask: (text: string) => Promise<unknown> }> {
  const client = await served(t);
  await client.call('AI.MODELSTORE', 'm', 'ONNX', 'CPU', 'BLOB', multiplyModel());
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 2, 3);
  return { client, ask: (text) => client.call(...text.split(' ')) };
}

const NO_TENSOR = '-ERR tensor key is empty or in a different shard';
const unexpected = (arg: string): string => `-ERR Invalid DAG command. Unexpected argument:  ${arg}`;

test('keywords are read from the left, each once, with their counts before their keys and their keys before what is missing', async (t) => {
  const { ask } = await setUp(t);
  const answers: [string, string][] = [
    ['AI.DAGEXECUTE ROUTING x TIMEOUT 5 LOAD', '-ERR missing arguments after LOAD keyword in DAG command'], ['AI.DAGEXECUTE ROUTING x TIMEOUT 5 LOAD 1', '-ERR missing arguments after LOAD keyword in DAG command'],
    ['AI.DAGEXECUTE ROUTING x TIMEOUT 5 PERSIST 1', '-ERR missing arguments after PERSIST keyword in DAG command'], ['AI.DAGEXECUTE_RO ROUTING x TIMEOUT 5 PERSIST', '-ERR PERSIST cannot be specified in a read-only DAG'],
    ['AI.DAGEXECUTE LOAD x nope |> NOPE', '-ERR invalid or negative value found in number of keys to LOAD'], ['AI.DAGEXECUTE LOAD 9 a nope a a', NO_TENSOR], ['AI.DAGEXECUTE LOAD 9223372036854775807 a a a', '-ERR number of keys to LOAD into DAG does not match the number of given arguments'],
    ['AI.DAGEXECUTE LOAD 1 m FOO x', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['AI.DAGEXECUTE PERSIST 9 a a a b', '-ERR PERSIST keys must be unique'], ['AI.DAGEXECUTE PERSIST 2 x x |> NOPE', '-ERR PERSIST keys must be unique'],
    ['AI.DAGEXECUTE ROUTING x ROUTING y z', unexpected('ROUTING')], ['AI.DAGEXECUTE TIMEOUT 5 LOAD 1 a TIMEOUT', unexpected('TIMEOUT')], ['AI.DAGEXECUTE LOAD 1 a FOO\0BAR |> NOPE', unexpected('FOO')],
    ['AI.DAGEXECUTE LOAD 1 a TIMEOUT 9223372036854775808 |> NOPE', '-ERR Invalid value for TIMEOUT'], ['AI.DAGEXECUTE LOAD 1 a ROUTING x TIMEOUT', '-ERR No value provided for TIMEOUT'],
    ['ai.dagrun x', "-ERR wrong number of arguments for 'AI.DAGRUN' command"], ['ai.dagrun_ro x', "-ERR wrong number of arguments for 'AI.DAGRUN_RO' command"],
  ];
  for (const [text, answer] of answers) assert.equal(await ask(text), answer, text);
  assert.deepEqual(await ask('ai.dagexecute timeout 9223372036854775807 routing |> load 1 a |> ai.tensorget a values'), [['2', '3']]);
});

test('the cuts between operations come before the operations', async (t) => {
  const { ask } = await setUp(t);
  const answers: [string, string][] = [
    ['AI.DAGEXECUTE LOAD 1 a |> NOPE |>', unexpected('|>')], ['AI.DAGEXECUTE TIMEOUT 5 |> NOPE |>', unexpected('|>')], ['AI.DAGEXECUTE LOAD 1 a |> |>', unexpected('|>')], ['AI.DAGRUN LOAD 1 a |>', unexpected('|>')],
    ['AI.DAGEXECUTE LOAD 1 a |> |> AI.TENSORGET a', '-Unsupported command within DAG'], ['AI.DAGEXECUTE TIMEOUT 5 |> |> NOPE', '-ERR AI.DAGEXECUTE and AI.DAGEXECUTE_RO commands must contain at least one out of ROUTING, LOAD, PERSIST keywords'],
    ['AI.DAGEXECUTE LOAD 1 a ROUTING |>', '-ERR DAG is empty'],
  ];
  for (const [text, answer] of answers) assert.equal(await ask(text), answer, text);
});

test('a run inside a DAG is parsed to its end before its TIMEOUT is refused', async (t) => {
  const { ask } = await setUp(t);
  const execute = (rest: string): Promise<unknown> => ask(`AI.DAGEXECUTE LOAD 1 a |> AI.MODELEXECUTE m INPUTS 2 a a OUTPUTS 1 c TIMEOUT${rest}`);
  assert.equal(await execute(''), '-ERR No value provided for TIMEOUT');
  assert.equal(await execute(' x'), '-ERR Invalid value for TIMEOUT');
  assert.equal(await execute(' 5 FOO'), '-Invalid argument: FOO');
  assert.equal(await execute(' 5'), '-ERR TIMEOUT not allowed within a DAG command');
  assert.equal(await ask('AI.DAGRUN LOAD 1 a |> AI.MODELRUN m TIMEOUT 0 INPUTS a a OUTPUTS c'), '-ERR Invalid value for TIMEOUT');
  assert.match(String(await ask('AI.DAGRUN LOAD 1 a |> AI.MODELRUN m TIMEOUT 5 INPUTS a OUTPUTS c')), /^-Number of keys given as INPUTS/);
  assert.equal(await ask('AI.DAGRUN LOAD 1 a |> AI.MODELRUN m TIMEOUT 5 INPUTS a a OUTPUTS c'), '-ERR TIMEOUT not allowed within a DAG command');
});

test('a script inside a DAG is looked up like any other', async (t) => {
  const { ask } = await setUp(t);
  const answers: [string, string][] = [
    ['AI.DAGEXECUTE LOAD 1 a |> AI.SCRIPTEXECUTE s', "-ERR wrong number of arguments for 'AI.SCRIPTEXECUTE' command"], ['AI.DAGEXECUTE LOAD 1 a |> AI.SCRIPTEXECUTE s f', '-ERR script key is empty'],
    ['AI.DAGEXECUTE LOAD 1 a |> AI.SCRIPTEXECUTE a f', '-WRONGTYPE Operation against a key holding the wrong kind of value'], ['AI.DAGRUN LOAD 1 a |> AI.SCRIPTRUN a', "-ERR wrong number of arguments for 'AI.SCRIPTRUN' command"],
    ['AI.DAGRUN_RO LOAD 1 a |> AI.SCRIPTRUN a f', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ];
  for (const [text, answer] of answers) assert.equal(await ask(text), answer, text);
});

test('tensors are loaded from the database of the client, models are found in the first', async (t) => {
  const { client, ask } = await setUp(t);
  await client.call('SELECT', 1);
  assert.equal(await ask('AI.DAGEXECUTE LOAD 1 a |> AI.TENSORGET a VALUES'), NO_TENSOR);
  await client.call('AI.TENSORSET', 'a', 'FLOAT', 1, 2, 'VALUES', 5, 6);
  assert.deepEqual(await ask('AI.DAGEXECUTE LOAD 1 a PERSIST 1 c |> AI.MODELEXECUTE m INPUTS 2 a a OUTPUTS 1 c'), ['OK']);
  assert.deepEqual(await ask('AI.TENSORGET c VALUES'), ['25', '36']);
});

test('COMMAND GETKEYS looks for keywords everywhere in a DAG', async (t) => {
  const { client } = await setUp(t);
  const keys = (text: string): Promise<unknown> => client.call('COMMAND', 'GETKEYS', ...text.split(' '));
  assert.deepEqual(await keys('AI.DAGEXECUTE LOAD 2 a b ROUTING r PERSIST 1 c |> AI.MODELEXECUTE m INPUTS 1 a OUTPUTS 1 c |> AI.SCRIPTEXECUTE s f'), ['a', 'b', 'r', 'c', 'm', 's']);
  assert.deepEqual(await keys('AI.DAGRUN ROUTING r LOAD 9 a |> AI.MODELRUN m INPUTS a OUTPUTS c'), ['r']);
  assert.deepEqual(await keys('AI.DAGEXECUTE_RO LOAD -1 a ROUTING r'), ['r']);
  for (const text of ['AI.DAGEXECUTE LOAD 1 a', 'AI.DAGRUN LOAD x a b', 'AI.DAGRUN |> AI.TENSORGET a']) assert.equal(await keys(text), '-ERR Invalid arguments specified for command', text);
});

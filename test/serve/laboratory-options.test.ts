import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { describeLaboratory, parseServiceTime, planLaboratory, type LaboratoryOptions } from '../../serve/laboratory-options.js';

const meanOf = (text: string, draws = 100_000): number => {
  const service = parseServiceTime(text);
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += service.draw((i + 0.5) / draws);
  return sum / draws;
};

test('service times have the means that they say', () => {
  for (const [text, mean] of [['exp:2ms', 2], ['fixed:5ms', 5], ['bimodal:1ms,20ms,0.1', 2.9], ['exp:0.5ms', 0.5]] as const) {
    assert.equal(parseServiceTime(text).meanMs.toFixed(9), mean.toFixed(9));
    assert.ok(Math.abs(meanOf(text) / mean - 1) < 0.001, text);
  }
  assert.equal(parseServiceTime('exp:1ms').draw(1 - Math.exp(-3)).toFixed(9), '3.000000000');
});

test('without any option there is no laboratory', () => {
  assert.equal(planLaboratory({}), null);
  assert.equal(planLaboratory({ seed: 3 }), null);
});

test('one server is the default of a service time alone', () => {
  assert.equal(planLaboratory({ serviceTime: 'fixed:1ms' })!.servers, 1);
  assert.equal(planLaboratory({ stall: '1s/10s' })!.servers, Infinity);
  assert.deepEqual(planLaboratory({ stall: '1s/10s' })!.stall, { lengthMs: 1000, everyMs: 10_000 });
  assert.deepEqual(['64k', '1M', '300', '2kB/s'].map((slowReader) => planLaboratory({ slowReader })!.readBytesPerSecond), [64_000, 1_000_000, 300, 2000]);
});

test('what makes no sense is refused in a sentence that shows how', () => {
  const wrong: LaboratoryOptions[] = [
    { serviceTime: 'normal:2ms' }, { serviceTime: 'exp' }, { serviceTime: 'exp:2ms,3ms' }, { serviceTime: 'bimodal:1ms,2ms' }, { serviceTime: 'bimodal:1ms,2ms,2' }, { serviceTime: 'bimodal:1ms,2ms,' },
    { serviceTime: 'fixed:2parsec' }, { serviceTime: 'fixed:2h' }, { servers: 0 }, { servers: 1.5 }, { stall: '1s' }, { stall: '10s/1s' }, { stall: '1s/2s/3s' },
    { failRate: 1.1 }, { failRate: NaN }, { dropRate: -0.1 }, { failRate: 0.6, dropRate: 0.6 }, { slowReader: 'slow' }, { slowReader: '0' }, { servers: 1, seed: -1 },
  ];
  for (const options of wrong) {
    assert.throws(() => planLaboratory(options), (error) => error instanceof InferplayError && error.code === 'USAGE', JSON.stringify(options));
  }
});

test('times need a unit, because a bare number would be seconds and mean milliseconds to most', () => {
  const wrong: LaboratoryOptions[] = [{ serviceTime: 'exp:4' }, { serviceTime: 'fixed:0.5' }, { serviceTime: 'bimodal:1ms,20,0.1' }, { stall: '1/10s' }, { stall: '1s/10' }];
  for (const options of wrong) assert.throws(() => planLaboratory(options), /has no unit; write [\d.]+ms or [\d.]+s\.$/, JSON.stringify(options));
  assert.equal(parseServiceTime('fixed:0').meanMs, 0);
  assert.equal(planLaboratory({ stall: '0/10s' })!.stall, null);
});

test('a plan is told in one line, with what was asked for and the seed', () => {
  const line = (options: LaboratoryOptions): string => describeLaboratory(planLaboratory(options)!);
  assert.equal(line({ serviceTime: 'exp:2ms', seed: 7 }), 'exponential service times of 2 ms, 1 server, seed 7');
  assert.equal(line({ serviceTime: 'bimodal:1ms,1.5s,0.07', servers: 3 }), 'service times of 1 ms, 7 % of them 1.5 s, 3 servers, seed 1');
  assert.equal(line({ stall: '1s/10s', failRate: 0.001, dropRate: 0.29, slowReader: '64k' }),
    'stalls of 1 s in every 10 s, 0.1 % fail, 29 % are dropped, 64,000 bytes a second read of each connection, seed 1');
});

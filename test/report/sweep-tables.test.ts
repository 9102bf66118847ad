import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestTable, commonText, countsText, figureTables, placesText, reservations, type Table } from '../../report/sweep-tables.js';
import type { Axis } from '../../core/sweep.js';
import { summaryOf, SWEEPS, type MadeRun } from '../support/sweeps.js';

function summarized(axes: readonly Axis[], make: (point: { readonly [name: string]: number }, repetition: number) => MadeRun | null, repeat = 1) {
  return summaryOf({ axes, repeat }, ({ point, repetition }) => make(point as { [name: string]: number }, repetition));
}

const shape = ({ head, groups }: Table): unknown => [head, groups.map(({ title, rows }) => [title, rows.map(({ label }) => label)])];

test('clients go down, server batches across, the rest into groups, and what has one value nowhere', () => {
  const axes: Axis[] = [{ name: 'clients', values: [1, 2] }, { name: 'threads', values: [1] }, { name: 'tensorBatch', values: [1, 8] }, { name: 'serverBatch', values: [0, 16] }];
  const tables = figureTables(summarized(axes, () => ({})));
  assert.deepEqual(tables.map(({ title }) => title.split(',')[0]), ['requests/s', 'rows/s', 'response p50', 'response p99']);
  assert.deepEqual(shape(tables[0]), [['clients', 'server batch 0', 'server batch 16'], [['tensor batch 1', ['1', '2']], ['tensor batch 8', ['1', '2']]]]);
  assert.deepEqual(shape(figureTables(summarized([{ name: 'ratePerSecond', values: [100, 2000] }, { name: 'tensorBatch', values: [1, 8] }], () => ({})))[0]), [['rate', 'tensor batch 1', 'tensor batch 8'], [['', ['100/s', '2,000/s']]]]);
  assert.deepEqual(shape(figureTables(summarized([{ name: 'threads', values: [1, 2] }, { name: 'durationMs', values: [500, 5000] }], () => ({})))[0]), [['threads', 'duration 500 ms', 'duration 5 s'], [['', ['1', '2']]]]);
});

test('where one axis is swept all figures are in one table; rows are counted where they are not requests', () => {
  const [table, ...more] = figureTables(summarized([{ name: 'clients', values: [1, 2] }], () => ({})));
  assert.equal(more.length, 0);
  assert.deepEqual(table.head, ['clients', 'requests/s', 'p50, ms', 'p99, ms']);
  assert.ok(figureTables(summarized([{ name: 'tensorBatch', values: [8] }], () => ({})))[0].head.includes('rows/s'));
});

test('how large the batches of the server were is told where it was swept and the server tells; rows have the name of the data set', () => {
  const batches: Axis[] = [{ name: 'clients', values: [1, 2] }, { name: 'serverBatch', values: [0, 16] }];
  const titles = (axes: Axis[], made: MadeRun): string[] => figureTables(summarized(axes, () => made)).map(({ title }) => title);
  assert.ok(titles(batches, { rowsPerRun: 2 }).includes('rows in a run of the model, median (min..max)'));
  assert.equal(titles(batches, {}).length, 3);
  assert.deepEqual(figureTables(summarized([{ name: 'serverBatch', values: [0, 16] }], () => ({ rowsPerRun: 2 })))[0].head.at(-1), 'rows a run');
  assert.ok(titles([{ name: 'clients', values: [1, 2] }, { name: 'threads', values: [1, 2] }], { rowsPerRun: 2 }).every((title) => !title.includes('run of the model')));
  const vision = figureTables(SWEEPS.vision.summary);
  assert.deepEqual(vision.map(({ title }) => title.split(',')[0]), ['requests/s', 'images/s', 'response p50', 'response p99', 'images in a run of the model']);
});

test('each cell is of its own point', () => {
  const axes: Axis[] = [{ name: 'clients', values: [1, 2] }, { name: 'tensorBatch', values: [1, 8] }, { name: 'serverBatch', values: [0, 16] }];
  const rate = (point: { readonly [name: string]: number }): number => point.clients * 1000 + point.tensorBatch * 10 + point.serverBatch;
  const [table] = figureTables(summarized(axes, (point) => ({ ratePerSecond: rate(point) })));
  const values = table.groups.map(({ rows }) => rows.map(({ cells }) => cells.map(({ value }) => value)));
  assert.deepEqual(values, [[['1,010', '1,026'], ['2,010', '2,026']], [['1,080', '1,096'], ['2,080', '2,096']]]);
});

test('a point without batching stands beside every minimum, and is told once elsewhere', () => {
  const axes: Axis[] = [{ name: 'clients', values: [1, 2] }, { name: 'serverBatch', values: [0, 16] }, { name: 'minBatchSize', values: [4, 8] }];
  const rate = (point: { readonly [name: string]: number }): number => point.clients * 1000 + point.serverBatch + (point.minBatchSize ?? 0);
  const summary = summarized(axes, (point) => ({ ratePerSecond: rate(point) }));
  const [table] = figureTables(summary);
  assert.deepEqual(table.groups.map(({ title, rows }) => [title, ...rows.map(({ cells }) => cells.map(({ value }) => value))]), [
    ['min batch size 4', ['1,000', '1,020'], ['2,000', '2,020']],
    ['min batch size 8', ['1,000', '1,024'], ['2,000', '2,024']],
  ]);
  assert.match(countsText(summary), /^6 points, measured once; 6 of 6 runs done/);
  const labels = bestTable(summary)!.groups[0].rows.map(({ label }) => label);
  assert.deepEqual(labels, ['server batch 0', 'min batch size 4, server batch 16', 'min batch size 8, server batch 16']);
  const down = bestTable(summarized([{ name: 'minBatchSize', values: [0, 4] }, { name: 'tensorBatch', values: [1] }, { name: 'serverBatch', values: [0, 16] }], (point) => ({ ratePerSecond: rate({ clients: 1, ...point }) })))!;
  assert.deepEqual(down.groups[0].rows.map(({ label, cells }) => [label, cells[0].value]), [['server batch 0', '-'], ['server batch 16', '4']]);
});

test('a cell has the median and the spread, says of how many runs where some are missing, and is marked by the worst', () => {
  const [table] = figureTables(SWEEPS.troubled.summary);
  const [requests] = table.groups[0].rows.map(({ cells }) => cells[0]);
  assert.deepEqual(requests, { value: '476', spread: '462..490', mark: '?' });
  assert.deepEqual(table.groups[0].rows[1].cells[0], { value: '2,477', spread: '2,439..2,514 of 2', mark: '?' });
  assert.deepEqual(table.groups[0].rows[2].cells[0].mark, '!');
  assert.match(table.groups[0].rows[0].cells[2].value, /^~/, 'too few samples for a p99');
  const none = figureTables(summarized([{ name: 'clients', values: [1, 2] }], ({ clients }) => (clients === 1 ? null : {})))[0].groups[0].rows[0].cells;
  assert.ok(none.every(({ value, spread, mark }) => value === '-' && spread === '' && mark === ''));
});

test('the highest throughput is that of medians, and those that it cannot be told from are named', () => {
  const rates: { readonly [clients: number]: readonly number[] } = { 1: [100, 110, 120], 10: [900, 1000, 1100], 20: [1050, 1060, 1070], 30: [700, 800, 2000] };
  const { groups, note } = bestTable(summarized([{ name: 'clients', values: [1, 10, 20, 30] }], ({ clients }, repetition) => ({ ratePerSecond: rates[clients][repetition - 1] }), 3))!;
  assert.deepEqual(groups[0].rows.map(({ label, cells }) => [label, cells[0].value, cells[0].spread, cells[1].value]), [['all', '20', 'or 10, 30', '1,060']]);
  assert.match(note, /overlap/);
  assert.equal(bestTable(summarized([{ name: 'clients', values: [1] }], () => ({}))), null);
  const vision = bestTable(SWEEPS.vision.summary)!;
  assert.deepEqual(vision.groups[0].rows.map(({ label }) => label), ['tensor batch 1, server batch 0', 'tensor batch 1, server batch 16', 'tensor batch 8, server batch 0', 'tensor batch 8, server batch 16']);
  assert.equal(vision.note, '');
  assert.deepEqual(bestTable(summarized([{ name: 'clients', values: [1, 2] }], () => null))!.groups[0].rows, []);
});

test('reasons are told once, the worst first, with where they were met', () => {
  const found = reservations(SWEEPS.troubled.summary);
  assert.deepEqual(found.map(({ code, severity, runs, points }) => [code, severity, runs, points]), [
    ['server-lost', 'INVALID', 1, ['clients 1,000']],
    ['no-successes', 'INVALID', 1, ['clients 1,000']],
    ['client-saturated', 'SUSPECT', 4, ['clients 10', 'clients 1,000']],
    ['too-few-samples', 'SUSPECT', 3, ['clients 1']],
  ]);
  assert.match(found[0].folder, /^runs\/\d{4}-clients=1000$/);
  assert.deepEqual(reservations(SWEEPS.repeated.summary), []);
  assert.deepEqual(found.map((one) => placesText(one, SWEEPS.troubled.summary)).slice(1), ['at clients 1,000', 'at clients 10; clients 1,000', 'at clients 1']);
  const many = summarized([{ name: 'clients', values: Array.from({ length: 12 }, (_, index) => index + 1) }], ({ clients }) => ({ ratePerSecond: clients > 2 ? 500 : 2000 }));
  assert.match(placesText(reservations(many)[0], many), /^at clients 3; clients 4; .*; clients 10; and 2 more points$/);
  const everywhere = reservations(SWEEPS.once.summary)[0];
  assert.equal(placesText(everywhere, SWEEPS.once.summary), 'at all points');
});

test('counts and what the points have in common are one line each', () => {
  assert.equal(countsText(SWEEPS.troubled.summary), '3 points, each measured 3 times; 8 of 9 runs done: 7 SUSPECT, 1 INVALID');
  assert.equal(countsText(SWEEPS.repeated.summary), '1 point, measured 4 times; 4 of 4 runs done: 4 VALID');
  assert.equal(countsText(SWEEPS.once.summary), '2 points, measured once; 2 of 2 runs done: 2 SUSPECT');
  assert.equal(commonText(SWEEPS.vision.summary), 'closed loop, threads 2, duration 10 s, warm-up 1 s, pauses of 5 s, seeds 1 to 3');
  assert.equal(commonText(SWEEPS.once.summary), 'closed loop, clients 50, requests 500, duration 10 s, warm-up 1 s, seed 1');
});

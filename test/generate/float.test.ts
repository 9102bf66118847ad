import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimal, parseDecimal, SLACK_BYTES } from '../../generate/float.js';

const values = new Float64Array(1);

/** The value and how many bytes were read, or null. */
function parse(text: string, exact: boolean, after = '\n'): { value: number; length: number } | null {
  const bytes = Buffer.from(text + after + '\n'.padEnd(SLACK_BYTES + 1, '7'), 'latin1');
  const end = parseDecimal(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, values, 0, exact);
  return end < 0 ? null : { value: values[0], length: end };
}

function agrees(text: string): void {
  const wanted = Number(text);
  const double = parse(text, true);
  const single = parse(text, false, ',');
  assert.ok(double !== null && single !== null, text);
  assert.ok(Object.is(double.value, wanted), `${text}: ${double.value} is not ${wanted}`);
  assert.ok(Object.is(Math.fround(single.value), Math.fround(wanted)), `${text} as float32: ${single.value}`);
  assert.deepEqual([double.length, single.length], [text.length, text.length]);
}

const digits = (max: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max });
const sign = fc.constantFrom('', '-', '+');
const runs = Number(process.env.FLOAT_RUNS ?? 20_000);

test('decimal texts mean what Number() says', () => {
  const exponent = fc.oneof(fc.constant(''), fc.tuple(fc.constantFrom('e', 'E'), sign, digits(2)).map((parts) => parts.join('')));
  const text = fc.tuple(sign, digits(21), fc.option(digits(25), { nil: '' }), exponent).map(([minus, whole, part, power]) => `${minus}${whole}${part === '' ? '' : '.'}${part}${power}`);
  fc.assert(fc.property(text.filter((each) => Number.isFinite(Number(each))), agrees), { numRuns: runs });
});

test('what programs write for doubles and floats means the same', () => {
  fc.assert(fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true })), (value) => {
    agrees(Object.is(value, -0) ? '-0' : String(value));
    agrees(value.toPrecision(17));
    if (Math.abs(value) < 1e15 && Math.abs(value) > 1e-7) agrees(value.toFixed(15));
  }), { numRuns: runs });
});

test('texts next to the middle between two floats are rounded like Number', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 24 - 2 }), fc.integer({ min: -40, max: 40 }), fc.integer({ min: -3, max: 3 }), (mantissa, power, nudge) => {
    const middle = (mantissa + 0.5) * 2 ** power;
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, middle);
    view.setBigInt64(0, view.getBigInt64(0) + BigInt(nudge));
    for (const precision of [15, 16, 17, 18, 19]) agrees(view.getFloat64(0).toPrecision(precision));
  }), { numRuns: runs });
});

test('whole numbers about 2^53 are exact', () => {
  for (let near = -40n; near < 40n; near += 1n) agrees(String(2n ** 53n + near));
});

for (const bad of ['', ' ', '-', '+', '.', '-.', 'e5', '1e', '1e+', '1.2.3', '--1', '1-', 'nan', 'NaN', 'inf', '-Infinity', '0x10', '1_000', '1e999', 'twelve', '1 2', '\u00b5', '1'.repeat(2000)]) {
  test(`${JSON.stringify(bad.slice(0, 20))} is not a number`, () => {
    assert.equal(parse(bad, true), null);
    if (bad.length < 100) assert.ok(Number.isNaN(decimal(bad)));
  });
}

for (const [good, value] of [['5.', 5], ['.5', 0.5], [' 7 ', 7], ['+1e+05', 1e5], ['2.72e-05', 2.72e-5], ['-0', -0], ['00012', 12]] as const) {
  test(`${JSON.stringify(good)} is a number`, () => {
    assert.deepEqual(parse(good, true), { value, length: good.length });
    assert.ok(Object.is(decimal(good), value));
  });
}

test('a number ends at a comma, a quote, or a line end of either kind', () => {
  for (const after of [',', '"', '\r\n', '\n']) assert.deepEqual(parse('12.5', false, after), { value: 12.5, length: 4 });
});

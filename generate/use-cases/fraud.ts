/** Card fraud: transactions of 30 values, a reference of 256 for each, and the model's answers. The rows are Kaggle's, aibench's, or made up. */
import { basename } from 'node:path';
import { InferplayError } from '../../core/errors.js';
import type { Column, Manifest } from '../../core/manifest.js';
import type { OptionValues } from '../../core/options.js';
import type { FraudInit } from '../fraud-maker.js';
import { CLASS_SLOT } from '../fraud-columns.js';
import { KAGGLE_ROWS } from '../kaggle-rows.js';
import type { PlanContext, Recipe, UseCase } from '../use-case.js';

const options = {
  input: { kind: 'path', help: "CSV in the shape of Kaggle's creditcard.csv, plain or .gz; without it rows of that shape are made up from the seed" },
  rows: { kind: 'integer', min: 1, help: "rows to make; the input is cycled until there are as many (default: the input's rows, or 284807)" },
  referenceValues: { kind: 'integer', min: 0, max: 65536, default: 256, help: 'random values in each reference tensor; 0 for no reference' },
  onBadRow: { kind: 'choice', choices: ['fail', 'skip'], default: 'fail', help: 'what a row does that cannot be read: fail names it, skip leaves it out, counts and lists it' },
  model: { kind: 'path', help: 'an ONNX model of your own instead of the two that are made from the seed' },
  fromAibench: { kind: 'path', help: "take rows and references from aibench's .dat file instead" },
} as const;

type Options = OptionValues<typeof options>;
type Source = Pick<Recipe, 'source' | 'badRows'> & { readonly init: FraudInit['source']; readonly rows: number };

export const fraud: UseCase<typeof options> = {
  name: 'fraud',
  summary: 'card transactions (30 values), reference data (256 values) and a small network',
  options,
  maker: new URL('../fraud-maker.js', import.meta.url).href,
  plan,
};

async function plan(values: Options, context: PlanContext): Promise<Recipe> {
  if (values.input !== undefined && values.fromAibench !== undefined) {
    throw new InferplayError('USAGE', 'use case fraud: --input and --from-aibench cannot both name the rows; leave one out.');
  }
  const { folder, seed } = context;
  const { referenceValues } = values;
  const reading = sourceOf(values, context);
  reading.catch(() => {});
  const { writeFraudModels } = await import('../fraud-model.js');
  const made = writeFraudModels(folder, { seed, referenceValues, ...(values.model === undefined ? {} : { userModel: values.model }) });
  // Both end before either fails: neither may write into a folder that is gone.
  await Promise.allSettled([reading, made]);
  const [from, models] = await Promise.all([reading, made]);
  const rows = values.rows ?? from.rows;
  const init: FraudInit = { seed, referenceValues, source: from.init, model: models.find((model) => model.expected)!, folder, rows };
  return {
    rows,
    columns: columnsOf(referenceValues),
    source: from.source,
    models,
    badRows: from.badRows,
    identity: {
      input: nameOf(values.input), rows, referenceValues, onBadRow: values.onBadRow, model: nameOf(values.model), fromAibench: nameOf(values.fromAibench),
    },
    init,
  };
}

function nameOf(path: string | undefined): string | null {
  return path === undefined ? null : basename(path);
}

async function sourceOf(values: Options, context: PlanContext): Promise<Source> {
  const none: Manifest['badRows'] = { count: 0, listed: [] };
  if (values.fromAibench !== undefined) {
    const { openAibench } = await import('../aibench.js');
    const file = await openAibench(values.fromAibench);
    await file.close();
    if (values.referenceValues !== 0 && values.referenceValues !== file.referenceValues) {
      throw new InferplayError('USAGE', `use case fraud: aibench's rows have ${file.referenceValues} reference values; give --reference-values ${file.referenceValues} or 0.`);
    }
    const { sizeBytes, rows } = file;
    const sha256 = context.sha256(values.fromAibench);
    sha256.catch(() => {});
    return { init: { kind: 'aibench', path: values.fromAibench, rows }, rows, badRows: none, source: { name: basename(values.fromAibench), sha256, sizeBytes, rows } };
  }
  if (values.input === undefined) {
    const rows = values.rows ?? KAGGLE_ROWS;
    return { init: { kind: 'kaggle', rows }, rows, badRows: none, source: null };
  }
  // It takes longest, so that it begins first.
  const sha256 = context.sha256(values.input);
  sha256.catch(() => {});
  const { openFraudCsv } = await import('../fraud-source.js');
  const { csv, source, badRows } = await openFraudCsv(values.input, values.onBadRow as 'fail' | 'skip', context);
  return { init: { kind: 'csv', csv, hasClass: csv.layout.kinds.length > CLASS_SLOT }, rows: csv.rows, badRows, source: { ...source, sha256 } };
}

function columnsOf(referenceValues: number): Column[] {
  const tensor = (name: string, size: number): Column => ({ name, dtype: 'float32', shape: [size], nullable: false });
  return [
    { name: 'id', dtype: 'uint64', shape: null, nullable: false },
    tensor('transaction', 30),
    ...(referenceValues > 0 ? [tensor('reference', referenceValues)] : []),
    { name: 'label', dtype: 'uint8', shape: null, nullable: true },
    { name: 'time_s', dtype: 'float64', shape: null, nullable: false },
    tensor('expected', 2),
  ];
}

/** Small CSVs in Kaggle's shape for tests. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const NAMES: readonly string[] = ['Time', ...Array.from({ length: 28 }, (_, at) => `V${at + 1}`), 'Amount', 'Class'];

/** Fields of a row whose values tell the row and the column. */
export function fieldsOf(row: number): string[] {
  return NAMES.map((name, at) => (name === 'Class' ? String(row % 2) : name === 'Time' ? String(row) : `${row % 7 === 3 ? '-' : ''}${row}.${String(at).padStart(2, '0')}5`));
}

export function lines(rows: number, names: readonly string[] = NAMES): string[] {
  return Array.from({ length: rows }, (_, row) => {
    const fields = fieldsOf(row);
    return names.map((name) => fields[NAMES.indexOf(name)] ?? `extra${row}`).join(',');
  });
}

export function csvText(rows: number): string {
  return [NAMES.join(','), ...lines(rows)].join('\n') + '\n';
}

export function writeCsv(folder: string, text: string | Uint8Array, name = 'input.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What the columns of a row must hold. */
export function expectedRow(row: number): { transaction: Float32Array; label: number; timeS: number } {
  const values = fieldsOf(row).map(Number);
  return { transaction: Float32Array.from(values.slice(0, 30)), label: values[30], timeS: values[0] };
}

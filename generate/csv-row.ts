/** One line of a regular CSV: comma-separated, one row a line, quotes only around whole fields. Values go into a Float64Array. */
import { decimal, FIELD_BYTES_MAX, parseDecimal } from './float.js';

/** Which columns are read, and where their values go. */
export interface CsvLayout {
  /** Names in the file's order, for messages. */
  readonly names: readonly string[];
  /** For each of the file's columns: the slot that its value goes to, or -1 where it is passed over. */
  readonly slots: readonly number[];
  /** For each slot what its values must be: all fit a float32; `exact` is also kept as a double; `class` is a whole number from 0 to 255. */
  readonly kinds: readonly ('float32' | 'exact' | 'class')[];
}

export interface Fault {
  /** null where the whole row is at fault. */
  readonly column: string | null;
  readonly reason: string;
  /** The offending text, capped. */
  readonly text: string;
}

export interface RowParser {
  /** Values of the last row that was read, by slot. */
  readonly values: Float64Array;
  /**
   * Reads the line at `at` and answers the offset after its line feed, or -1 where the row is bad.
   * The bytes must hold the line whole, with a line feed at its end, and SLACK_BYTES more. `view` is of the same bytes.
   */
  parse(bytes: Buffer, view: DataView, at: number): number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const TEXT_MAX = 80;
/** Half a step above the largest float32: from here on a value would narrow to infinity. */
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103;

export function rowParser(layout: CsvLayout): RowParser {
  const slots = Int32Array.from(layout.slots);
  const count = slots.length;
  const values = new Float64Array(layout.kinds.length);
  const exact = layout.kinds.map((kind) => kind !== 'float32');
  const exactOf = layout.slots.map((slot) => slot >= 0 && exact[slot]);
  const checks = layout.kinds.map((kind) => kind);
  const parse = (bytes: Buffer, view: DataView, at: number): number => {
    for (let column = 0; column < count; column += 1) {
      const slot = slots[column];
      const quoted = bytes[at] === QUOTE;
      if (quoted) at += 1;
      at = slot < 0 ? skip(bytes, at, quoted) : parseDecimal(bytes, view, at, values, slot, exactOf[column]);
      if (at < 0) return -1;
      if (quoted && bytes[at++] !== QUOTE) return -1;
      if (column < count - 1 && bytes[at++] !== COMMA) return -1;
    }
    if (bytes[at] === CARRIAGE_RETURN) at += 1;
    if (bytes[at] !== LINE_FEED) return -1;
    for (let slot = 0; slot < values.length; slot += 1) if (!fits(checks[slot], values[slot])) return -1;
    return at + 1;
  };
  return { values, parse };
}

function fits(kind: CsvLayout['kinds'][number], value: number): boolean {
  if (kind === 'class') return value >= 0 && value <= 255 && Number.isInteger(value);
  return value < FLOAT32_LIMIT && value > -FLOAT32_LIMIT;
}

function skip(bytes: Buffer, at: number, quoted: boolean): number {
  if (quoted) {
    while (bytes[at] !== QUOTE && bytes[at] !== LINE_FEED) at += 1;
    return at;
  }
  while (bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at += 1;
  return bytes[at] === LINE_FEED && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
}

/** Says what is wrong with a row whose fields were taken apart already; null where nothing is. */
export function faultOf(fields: readonly string[], layout: CsvLayout): Fault | null {
  const { names, slots, kinds } = layout;
  if (fields.length === 1 && fields[0].trim() === '') return { column: null, reason: 'the line is empty', text: '' };
  if (fields.length !== names.length) {
    return { column: null, reason: `${fields.length} fields where the header has ${names.length}`, text: cappedText(fields.join(',')) };
  }
  for (const [column, field] of fields.entries()) {
    if (slots[column] < 0) continue;
    const kind = kinds[slots[column]];
    const value = decimal(field);
    const reason = field.trim() === '' ? 'the field is empty'
      : field.length > FIELD_BYTES_MAX ? `longer than ${FIELD_BYTES_MAX} characters`
        : Number.isNaN(value) ? 'not a number'
          : fits(kind, value) ? null
            : kind === 'class' ? 'not a class (a whole number from 0 to 255)' : 'too large for float32';
    if (reason !== null) return { column: names[column], reason, text: cappedText(field) };
  }
  return null;
}

/** The same for a line of a regular CSV, its line end included or not. */
export function faultOfLine(line: string, layout: CsvLayout): Fault {
  const text = line.replace(/\r?\n?$/, '');
  return faultOf(splitLine(text), layout) ?? { column: null, reason: 'the row cannot be read', text: cappedText(text) };
}

function splitLine(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const closing = line[at] === '"' ? line.indexOf('"', at + 1) : -1;
    const comma = line.indexOf(',', Math.max(at, closing));
    const end = comma < 0 ? line.length : comma;
    fields.push(closing === end - 1 && closing > at ? line.slice(at + 1, closing) : line.slice(at, end));
    at = end + 1;
  }
  return fields;
}

/** A text for a message: as much of it as one likes to read. */
export function cappedText(text: string): string {
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) + '…' : text;
}

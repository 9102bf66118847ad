/** The report formats: a new one is one file and one line here. */
import type { Format } from '../format.js';
import { csv } from './csv.js';
import { json } from './json.js';
import { markdown } from './markdown.js';
import { text } from './text.js';

/** The first is the default. */
export const FORMATS: readonly Format[] = [text, json, csv, markdown];

import { csv } from './csv.js';
import type { Format } from './format.js';
import { json } from './json.js';
import { text } from './text.js';

/** Every format of `inferplay report`; the first is the default. */
export const FORMATS: readonly Format[] = [text, json, csv];

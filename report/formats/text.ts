import { summarize } from '../summary.js';
import type { Format } from '../format.js';

export const text: Format = {
  name: 'text',
  summary: 'the summary that replay printed',
  render: (result, options) => summarize(result, options),
};

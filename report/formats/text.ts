import { summarize } from '../summary.js';
import { sweepText } from '../sweep-text.js';
import type { Format } from '../format.js';

export const text: Format = {
  name: 'text',
  summary: 'the summary that replay printed',
  render: (result, options) => summarize(result, options),
  renderSweep: ({ summary }, options) => sweepText(summary, options),
};

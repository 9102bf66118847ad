import type { Format } from '../format.js';

export const json: Format = {
  name: 'json',
  summary: 'result.json (docs/result.md); of a sweep its points (docs/sweep.md)',
  render: (result) => JSON.stringify(result, null, 2),
  renderSweep: ({ summary }) => JSON.stringify(summary, null, 2),
};

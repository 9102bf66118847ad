import type { Format } from '../format.js';

export const json: Format = {
  name: 'json',
  summary: 'result.json (docs/result.md)',
  render: (result) => JSON.stringify(result, null, 2),
};

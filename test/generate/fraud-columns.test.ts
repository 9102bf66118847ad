import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLASS_COLUMN, CLASS_SLOT, TRANSACTION_COLUMNS } from '../../generate/fraud-columns.js';
import { NAMES } from '../support/fraud-csv.js';

test('the columns are Kaggle\'s, and the class comes after them', () => {
  assert.deepEqual([...TRANSACTION_COLUMNS, CLASS_COLUMN], NAMES);
  assert.equal(CLASS_SLOT, 30);
});

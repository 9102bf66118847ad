/** Kaggle's columns, and the slots that their values have in a parsed row: 0 is the time, 29 the amount, 30 the class. */
export const TRANSACTION_COLUMNS: readonly string[] = ['Time', ...Array.from({ length: 28 }, (_, at) => `V${at + 1}`), 'Amount'];
export const CLASS_COLUMN = 'Class';
export const CLASS_SLOT = TRANSACTION_COLUMNS.length;

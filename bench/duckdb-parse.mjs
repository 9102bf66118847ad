/**
 * The peer: DuckDB on 2 threads parses the file, `rows` to 30 float32 a row in JavaScript, which is what our parser gives the job;
 * `query` leaves the values inside DuckDB and takes home sums only.
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [path, mode] = process.argv.slice(2);
const names = ['Time', ...Array.from({ length: 28 }, (_, at) => `V${at + 1}`), 'Amount'];
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const file = `read_csv('${path.replaceAll("'", "''")}')`;
if (mode === 'query') {
  await connection.runAndReadAll(`SELECT ${names.map((name) => `sum(CAST("${name}" AS FLOAT))`).join(', ')}, sum("Class") FROM ${file}`);
} else {
  const result = await connection.stream(`SELECT ${names.map((name) => `CAST("${name}" AS FLOAT)`).join(', ')}, CAST("Class" AS TINYINT) FROM ${file}`);
  let values = new Float32Array(0);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rows = chunk.rowCount;
    if (values.length < rows * 30) values = new Float32Array(rows * 30);
    for (let column = 0; column < 30; column += 1) {
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < rows; row += 1) values[row * 30 + column] = vector.getItem(row);
    }
  }
}

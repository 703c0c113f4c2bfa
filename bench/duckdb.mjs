/**
 * What a data engineer would type instead: DuckDB loads the metadata and a hash of the messages, and
 * groups twice.
 *
 *   node bench/duckdb.mjs LOG DATABASE      needs: npm install --prefix bench
 */
import { rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , log, database] = process.argv;
for (const suffix of ['', '.wal']) rmSync(database + suffix, { force: true });
const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
await connection.run(`CREATE TABLE calls AS
  SELECT id, timestamp, model, usage, latency_ms, status, sha256(request.messages::VARCHAR) AS prompt_hash
  FROM read_json('${log.replaceAll("'", "''")}', format = 'newline_delimited', columns = {
    id: 'VARCHAR', timestamp: 'TIMESTAMP', model: 'VARCHAR', latency_ms: 'BIGINT', status: 'INTEGER',
    usage: 'STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT,
      prompt_tokens_details STRUCT(cached_tokens BIGINT))',
    request: 'STRUCT(messages STRUCT(role VARCHAR, content VARCHAR)[])'})`);
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows();
await rows('SELECT model, sum(usage.total_tokens), count(*) FROM calls GROUP BY model ORDER BY 1');
const [[repeated]] = await rows(`SELECT count(*)::DOUBLE FROM
  (SELECT prompt_hash FROM calls GROUP BY prompt_hash HAVING count(*) > 1)`);
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ repeated }));

/** Real inputs of batches, on the real binary: files for OpenAI's Batch API, and a table of prompts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerTo, BatchWorld } from '../cli/batch-world.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const API = `${DATA}batch_api/`;
const HEADLINES = `${DATA}batch_prompts/headlines.csv`;

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

const inputs = existsSync(API)
  ? readdirSync(API).filter((name) => /^openai__.*_input\.jsonl$/.test(name))
  : [];

describe.skipIf(inputs.length === 0)(
  'files for OpenAI’s Batch API (skipped: needs ../shared/data)',
  () => {
    test.each(inputs)('%s: each body is sent as it stands', async (name) => {
      const text = readFileSync(API + name, 'utf8');
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const bodies: unknown[] = [];
      world.reply = (request) => {
        bodies.push(request.body);
        return answerTo(request);
      };
      world.file('in.jsonl', text);
      const { code } = await world.batch(['in.jsonl', '--yes', '--no-cache', '-o', 'out.csv']);
      expect(code).toBe(0);
      // Rows that ask the same are asked one by one without a cache; the order is anybody's.
      const asText = (body: unknown): string =>
        JSON.stringify(Object.entries(body as object).sort());
      expect(bodies.map(asText).sort()).toEqual(lines.map(({ body }) => asText(body)).sort());
      expect(world.rows('out.csv').map(({ custom_id, status }) => [custom_id, status])).toEqual(
        lines.map(({ custom_id }) => [custom_id, 'done']),
      );
    });
  },
);

describe.skipIf(!existsSync(HEADLINES))(
  'a table of prompts without a header (skipped: needs ../shared/data)',
  () => {
    test('1,000 rows with line breaks in their cells, each with the answer to its own prompt', async () => {
      const records = parse(readFileSync(HEADLINES), { to: 1_000 }) as string[][];
      const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      world.file('in.csv', records.map((cells) => `${cells.map(cell).join(',')}\n`).join(''));
      const flags = [
        '--prompt-column',
        '1',
        '--model',
        'gpt-4o-mini',
        '--yes',
        '--concurrency',
        '64',
      ];
      const { code, stderr } = await world.batch(['in.csv', ...flags, '-o', 'out.csv']);
      expect([code, stderr]).toEqual([0, expect.stringContaining('1,000 done')]);
      const rows = world.rows('out.csv');
      expect(rows).toHaveLength(1_000);
      for (const [index, [prompt = '', label, id]] of records.entries()) {
        expect(rows[index]).toMatchObject({
          column_2: label,
          column_3: id,
          answer: `re ${prompt}`,
        });
      }
    });
  },
);

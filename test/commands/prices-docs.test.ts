/** docs/json-prices.md names every field of a real answer, and no other. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as cost from '../../src/commands/cost.ts';
import * as ingest from '../../src/commands/ingest.ts';
import * as prices from '../../src/commands/prices.ts';
import * as reprice from '../../src/commands/reprice.ts';
import type { CommandModule } from '../../src/terminal/command.ts';
import { CommandWorld, line } from './world.ts';

const text = readFileSync(new URL('../../docs/json-prices.md', import.meta.url), 'utf8');
const world = new CommandWorld();
beforeAll(async () => {
  world.file('a.jsonl', line(1, { latency_ms: 5 }));
  await world.run(ingest, ['a.jsonl']);
});
afterAll(() => world.close());

type Json = Record<string, unknown>;

function section(schema: string): string {
  const part = text.split('\n## ').find((each) => each.startsWith(`\`${schema}\``));
  if (part === undefined) throw new Error(`no section on ${schema}`);
  return part;
}

function fields(schema: string): string[] {
  const rows = section(schema)
    .split('\n')
    .filter((row) => row.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

describe('docs/json-prices.md', () => {
  test.each<[CommandModule, string[]]>([
    [cost, ['a.jsonl:1', '--explain']],
    [prices, ['match', 'gpt-4o']],
    [prices, ['diff', 'catalogue', 'router-2026']],
    [reprice, []],
    [prices, ['compare', '--monthly-tokens', '1M', '--models', 'gpt-4o', '--multiplier', '1']],
    [prices, ['compare']],
  ])('%#', async (command, args) => {
    const answer = (await world.json(command, args)) as Json;
    const schema = String(answer.schema);
    expect(fields(schema).sort()).toEqual(
      Object.keys(answer)
        .filter((key) => key !== 'schema')
        .sort(),
    );
    const lists = Object.values(answer).filter((value) => Array.isArray(value)) as unknown[][];
    const rows = lists.flatMap(([first]) => (typeof first === 'object' ? [first as Json] : []));
    const unnamed = rows
      .flatMap((row) => Object.keys(row))
      .filter((key) => !section(schema).includes(`\`${key}\``));
    expect(unnamed).toEqual([]);
  });
});

/** Tables on narrow terminals: what is left out, and that names that differ stay different. */
import { describe, expect, test } from 'vitest';
import { type GridColumn, renderGrid } from '../../src/report/grid.ts';
import { styles } from '../../src/report/style.ts';
import { fitEnd, fitMiddle, textWidth } from '../../src/report/text.ts';

const right = 'right' as const;
const NAMES = [
  'anthropic/claude-haiku-4-5',
  'anthropic/claude-haiku-4-5-20251001',
  'anthropic/claude-opus-4-5',
  'anthropic/claude-sonnet-4-5',
  'gpt-4o',
  'openai/gpt-4o',
];

function render(columns: readonly GridColumn[], rows: readonly string[][], width: number) {
  const page = { width, style: styles(false) };
  const text = renderGrid(
    columns,
    rows.map((cells) => ({ cells })),
    page,
  );
  const lines = text.split('\n');
  return { lines, names: lines.slice(2).map((line) => line.trim().split(/ {2,}/)[0]) };
}

const COLUMNS: GridColumn[] = [
  { title: 'Model', shrinks: true, isName: true },
  { title: 'Calls', align: right, optional: true },
  { title: 'Cost', align: right },
  { title: 'Year', align: right, optional: true },
];
const ROWS = NAMES.map((name) => [name, '1,000', '$10.00', '$120.00']);

describe('a narrow table', () => {
  test('cuts names to 20 columns, then leaves out the last optional column, then the next', () => {
    // Indent 2, names 35, then 2 + 5, 2 + 6, 2 + 7: 61.
    expect(render(COLUMNS, ROWS, 61).names).toEqual(NAMES);
    // 2 + 20 + 24 is 46.
    const narrow = render(COLUMNS, ROWS, 46);
    expect(narrow.lines[0]).toMatch(/Model +Calls +Cost +Year/);
    expect(narrow.names).toEqual([
      'anthropic/…haiku-4-5',
      'anthropic/…-20251001',
      'anthropic/…-opus-4-5',
      'anthropic/…onnet-4-5',
      'gpt-4o',
      'openai/gpt-4o',
    ]);
    expect(render(COLUMNS, ROWS, 45).lines[0]).toMatch(/^ {2}Model +Calls +Cost$/);
    // 2 + 20 + 7 + 8 is 37.
    expect(render(COLUMNS, ROWS, 37).lines[0]).toMatch(/^ {2}Model +Calls +Cost$/);
    expect(render(COLUMNS, ROWS, 36).lines[0]).toMatch(/^ {2}Model +Cost$/);
  });

  test.each([160, 80, 60, 40, 30, 20, 10])('at %i columns names that differ do', (width) => {
    const { names, lines } = render(COLUMNS, ROWS, width);
    expect(new Set(names).size).toBe(NAMES.length);
    if (width >= 30) for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('the end is cut where that tells the names apart', () => {
    const rows = [['alpha-model-with-a-long-name'], ['omega-model-with-a-long-name']];
    expect(render([{ title: 'Model', shrinks: true, isName: true }], rows, 12).names).toEqual([
      'alpha-mod…',
      'omega-mod…',
    ]);
  });

  test('names that differ in the middle only get the room it takes', () => {
    const rows = ['x', 'y'].map((letter) => [`${'a'.repeat(15)}${letter}${'b'.repeat(15)}`, '1']);
    const columns = [
      { title: 'Model', shrinks: true, isName: true },
      { title: 'n', align: right },
    ];
    // Cut at the end, the letter is the 16th of 17 columns; in the middle it would take 32.
    expect(render(columns, rows, 10).names).toEqual([`${'a'.repeat(15)}x…`, `${'a'.repeat(15)}y…`]);
  });

  test('names without an end are not waited for, equal names stay equal', () => {
    const rows = ['x', 'y'].map((letter) => [`${'a'.repeat(100)}${letter}${'b'.repeat(100)}`]);
    const columns = [{ title: 'Model', shrinks: true, isName: true }];
    const width = Math.max(...render(columns, rows, 20).lines.map(textWidth));
    expect(width).toBeLessThanOrEqual(50);
    expect(render(columns, [['same-name-twice'], ['same-name-twice']], 10).names).toEqual([
      'same-na…',
      'same-na…',
    ]);
  });
});

test('a text is cut in its middle, at and above its width', () => {
  expect(fitMiddle('abcdef', 6)).toBe('abcdef');
  expect(fitMiddle('abcdefg', 6)).toBe('abc…fg');
  expect(fitMiddle('abcdefg', 1)).toBe('…');
  expect(textWidth(fitMiddle('模型名称很长', 6))).toBeLessThanOrEqual(6);
});

test('a path is cut at its beginning', () => {
  expect(fitEnd('/a/b/c.csv', 10)).toBe('/a/b/c.csv');
  expect(fitEnd('/a/b/c.csv', 8)).toBe('…b/c.csv');
  expect(textWidth(fitEnd('模型名称很长', 6))).toBeLessThanOrEqual(6);
});

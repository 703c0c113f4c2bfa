import { describe, expect, test } from 'vitest';
import {
  displayUsd,
  divideHalfEven,
  formatUsd,
  PicoSum,
  parseDecimal,
  parseUsd,
  picoUsd,
  shareBp,
} from '../../src/domain/money.ts';
import { Random } from '../formats/random.ts';

describe('parseUsd', () => {
  test.each([
    ['0', 0n],
    ['1', 1_000_000_000_000n],
    ['0.25', 250_000_000_000n],
    ['.5', 500_000_000_000n],
    ['5.', 5_000_000_000_000n],
    ['1e-7', 100_000n],
    ['2.5E+3', 2_500_000_000_000_000n],
    ['-0.000001', -1_000_000n],
    ['+3', 3_000_000_000_000n],
    [' 12 ', 12_000_000_000_000n],
    ['0.000000000001', 1n],
    // A price per token that no whole number of micro-USD holds.
    ['0.0000001234', 123_400n],
    ['9007199254740993', 9_007_199_254_740_993_000_000_000_000n],
  ])('%s', (text, pico) => expect(parseUsd(text)).toBe(pico));

  test.each([
    // Beyond the twelfth digit: to the nearest, and from the middle to the even neighbour.
    ['0.0000000000005', 0n],
    ['0.0000000000015', 2n],
    ['0.0000000000025', 2n],
    ['0.00000000000250001', 3n],
    ['0.0000000000014999', 1n],
    ['-0.0000000000015', -2n],
    ['-0.0000000000025', -2n],
  ])('%s is rounded half to even', (text, pico) => expect(parseUsd(text)).toBe(pico));

  test.each([
    '',
    ' ',
    '.',
    '-',
    'e5',
    '1e',
    '1,000',
    '$1',
    '1.2.3',
    'NaN',
    'Infinity',
    '0x10',
    '1e1000',
    '１',
  ])('%j is no amount', (text) => expect(parseUsd(text)).toBeNull());
});

test('parseDecimal scales by any number of digits', () => {
  expect(parseDecimal('1.239', 2)).toBe(124n);
  expect(parseDecimal('1.5', 0)).toBe(2n);
  expect(parseDecimal('2.5', 0)).toBe(2n);
});

test.each([
  [7n, 2n, 4n],
  [5n, 2n, 2n],
  [3n, 2n, 2n],
  [1n, 2n, 0n],
  [-1n, 2n, 0n],
  [-3n, 2n, -2n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [10n, 3n, 3n],
  [11n, 3n, 4n],
  [-11n, 3n, -4n],
  [0n, 9n, 0n],
])('%s / %s rounds to %s', (dividend, divisor, quotient) => {
  expect(divideHalfEven(dividend, divisor)).toBe(quotient);
});

describe('formatUsd', () => {
  test.each([
    [0n, '0'],
    [1n, '0.000000000001'],
    [-1n, '-0.000000000001'],
    [2_520_000_000n, '0.00252'],
    [12_000_000_000_000n, '12'],
    [-1_500_000_000_000n, '-1.5'],
    [BigInt(Number.MAX_SAFE_INTEGER), '9007.199254740991'],
    [2n ** 53n + 1n, '9007.199254740993'],
    [10n ** 30n, '1000000000000000000'],
  ])('%s', (pico, text) => expect(formatUsd(pico)).toBe(text));

  test('what is formatted is parsed back, 5,000 amounts of every size', () => {
    const random = new Random(3);
    for (let i = 0; i < 5_000; i++) {
      const digits = Array.from({ length: random.between(1, 30) }, () => random.between(0, 9)).join(
        '',
      );
      const amount = BigInt(digits) * (random.chance(0.5) ? 1n : -1n);
      expect(parseUsd(formatUsd(amount))).toBe(amount);
    }
  });
});

describe('displayUsd', () => {
  test.each([
    [0n, '$0.00'],
    [1n, '$0.000000000001'],
    [4_200_000_000n, '$0.00420'],
    [42_000_000_000n, '$0.0420'],
    [999_400_000_000n, '$0.999'],
    [1_000_000_000_000n, '$1.00'],
    [1_234_500_000_000_000n, '$1,234.50'],
    [1_234_567_890_120_000_000_000n, '$1,234,567,890.12'],
    [-4_200_000_000n, '-$0.00420'],
    [1_005_000_000_000n, '$1.00'],
    [1_015_000_000_000n, '$1.02'],
  ])('%s', (pico, text) => expect(displayUsd(pico)).toBe(text));

  test('savings are rounded down, never up', () => {
    expect(displayUsd(1_999_900_000_000n, 'down')).toBe('$1.99');
    expect(displayUsd(4_299_999_999n, 'down')).toBe('$0.00429');
  });

  test('no amount above zero is shown as zero', () => {
    for (let pico = 1n; pico < 10n ** 16n; pico *= 7n) expect(displayUsd(pico)).toMatch(/[1-9]/);
  });
});

test('a share in parts of ten thousand, rounded down; of nothing it is 0', () => {
  expect(shareBp(1n, 3n)).toBe(3333);
  expect(shareBp(2n, 3n)).toBe(6666);
  expect(shareBp(3n, 3n)).toBe(10_000);
  expect(shareBp(5n, 0n)).toBe(0);
});

describe('PicoSum', () => {
  test('is exact beyond the safe integers', () => {
    const sum = new PicoSum();
    for (const amount of [Number.MAX_SAFE_INTEGER, 1, 1, Number.MAX_SAFE_INTEGER, -5])
      sum.add(amount);
    expect(sum.total).toBe(2n * BigInt(Number.MAX_SAFE_INTEGER) - 3n);
    expect(new PicoSum().total).toBe(0n);
  });

  test('equals the sum of bigints, whatever is added', () => {
    const random = new Random(8);
    const sum = new PicoSum();
    let exact = 0n;
    for (let i = 0; i < 20_000; i++) {
      const amount =
        Math.floor(random.next() * Number.MAX_SAFE_INTEGER) * (random.chance(0.1) ? -1 : 1);
      sum.add(amount);
      exact += BigInt(amount);
    }
    expect(sum.total).toBe(exact);
    expect(picoUsd(5)).toBe(5n);
  });
});

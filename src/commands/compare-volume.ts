/**
 * A stated number of tokens a month on several models: flags and answer.
 *
 * Takes flags as typed, gives the cost of each volume on each model, with what it saves against a
 * baseline. Throws UserError for values that make no sense.
 */
import {
  parseMultiplier,
  parseTokenCount,
  splitByOutput,
  type Volume,
  type VolumeCost,
  volumeCost,
} from '../compare/volume.ts';
import { displayUsd, formatUsd } from '../domain/money.ts';
import { EXIT, UserError } from '../errors.ts';
import { formatRatio } from '../pricing/explain.ts';
import type { PriceBook } from '../pricing/price.ts';
import { displayCount, displayTokens } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';
import type { PriceTableFields } from './price-note.ts';

/** Flags as typed. */
export interface VolumeFlags {
  readonly models?: string;
  readonly monthlyTokens?: string;
  readonly outputShare?: string;
  readonly inputTokens?: string;
  readonly outputTokens?: string;
  readonly multiplier?: string;
  readonly baseline?: string;
}

/** The same, checked. */
export interface VolumeSettings {
  readonly models: readonly string[];
  readonly volumes: readonly Volume[];
  readonly multiplier: readonly [bigint, bigint] | null;
  readonly baseline: string;
}

/** The settings of a stated volume; null if none is stated. Throws UserError. */
export function readVolumeFlags(flags: VolumeFlags): VolumeSettings | null {
  const { models, monthlyTokens, inputTokens, outputTokens, outputShare } = flags;
  const isSplit = inputTokens !== undefined || outputTokens !== undefined;
  if (monthlyTokens === undefined && !isSplit) {
    refuseWithoutVolume(flags);
    return null;
  }
  if (isSplit && (monthlyTokens !== undefined || outputShare !== undefined)) {
    const hint = 'give --monthly-tokens with --output-share, or --input-tokens and --output-tokens';
    throw usage('the tokens of a month are stated in two ways', hint);
  }
  const names = (models ?? '').split(',').map((name) => name.trim());
  if (names.includes(''))
    throw usage('no models are named', 'name them: --models gpt-4o,gpt-4o-mini');
  const volumes =
    monthlyTokens === undefined
      ? [splitVolume(inputTokens, outputTokens)]
      : monthlyTokens.split(',').map((text) => sharedVolume(text, outputShare ?? '1'));
  const distinct = [...new Set(names)];
  return { models: distinct, volumes, ...against(flags, distinct) };
}

function refuseWithoutVolume({ multiplier, baseline, outputShare }: VolumeFlags): void {
  const flag =
    multiplier !== undefined
      ? '--multiplier'
      : baseline !== undefined
        ? '--baseline'
        : outputShare !== undefined
          ? '--output-share'
          : null;
  if (flag === null) return;
  throw usage(`${flag} is for a stated volume`, 'add --monthly-tokens, or leave it out');
}

function against(
  { multiplier, baseline }: VolumeFlags,
  models: readonly string[],
): Pick<VolumeSettings, 'multiplier' | 'baseline'> {
  const ratio = multiplier === undefined ? null : parseMultiplier(multiplier);
  if (multiplier !== undefined && ratio === null) {
    throw usage(`--multiplier '${multiplier}' is no decimal above 0`, 'give one such as 0.015');
  }
  const name = baseline ?? models[0] ?? '';
  if (models.includes(name)) return { multiplier: ratio, baseline: name };
  throw usage(`--baseline ${name} is none of --models`, `give one of: ${models.join(', ')}`);
}

function sharedVolume(text: string, share: string): Volume {
  const volume = splitByOutput(tokensOf(text, '--monthly-tokens'), share);
  if (volume !== null) return volume;
  throw usage(`--output-share '${share}' is no share`, 'give a decimal from 0 to 1, such as 0.25');
}

function splitVolume(input: string | undefined, output: string | undefined): Volume {
  return {
    inputTokens: input === undefined ? 0 : tokensOf(input, '--input-tokens'),
    outputTokens: output === undefined ? 0 : tokensOf(output, '--output-tokens'),
  };
}

function tokensOf(text: string, flag: string): number {
  const tokens = parseTokenCount(text);
  if (tokens !== null) return tokens;
  throw usage(`${flag} '${text}' is no number of tokens`, 'give one such as 10M, 250k or 1000000');
}

function usage(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}

interface Row extends VolumeCost {
  readonly savedMonthlyPico: bigint | null;
}

/** The cost of each volume on each model. */
export function volumeAnswer(
  book: PriceBook,
  settings: VolumeSettings,
  { line, ...prices }: PriceTableFields & { readonly line: string },
): Sections {
  const { models, volumes, multiplier, baseline } = settings;
  const rows = volumes.flatMap((volume) => rowsOf(book, volume, settings));
  const unpriced = [
    ...new Set(rows.filter(({ reason }) => reason !== null).map(({ model }) => model)),
  ];
  return {
    schema: 'aicost.compare-volume/1',
    head: {
      baseline,
      multiplier: multiplier === null ? null : formatRatio(multiplier),
      prices,
    },
    headline: `${models.length === 1 ? '1 model' : `${models.length} models`} at ${volumes.map(describe).join('; ')} a month`,
    sections: [sectionOf('models', '', rows, columnsOf(multiplier !== null, volumes.length === 1))],
    notes: [
      `savings are against ${baseline}; a year is twelve months`,
      'base rates of each model: no context tier, cache, batch or request fee; the same counts for every tokenizer; quality is not judged',
      ...(unpriced.length === 0 ? [] : [`without a price: ${unpriced.join(', ')}`]),
      `prices: ${line}`,
    ],
  };
}

function rowsOf(book: PriceBook, volume: Volume, settings: VolumeSettings): Row[] {
  const { models, multiplier, baseline } = settings;
  const costs = models.map((model) => volumeCost(book, model, volume, multiplier));
  const paid = costs.find(({ model }) => model === baseline)?.monthlyPico ?? null;
  return costs.map((cost) => {
    const monthly = cost.monthlyPico;
    const isKnown = paid !== null && monthly !== null;
    return { ...cost, savedMonthlyPico: isKnown ? paid - monthly : null };
  });
}

function describe({ inputTokens, outputTokens }: Volume): string {
  if (inputTokens === 0) return `${displayCount(outputTokens)} output tokens`;
  if (outputTokens === 0) return `${displayCount(inputTokens)} input tokens`;
  return `${displayCount(inputTokens)} input and ${displayCount(outputTokens)} output tokens`;
}

const right = 'right' as const;

function money(key: string, title: string, amount: (row: Row) => bigint | null) {
  return {
    key,
    title,
    align: right,
    value: (row: Row) => textOf(amount(row), formatUsd),
    display: (row: Row) => textOf(amount(row), displayUsd) ?? '–',
  };
}

function tokens(key: string, title: string, value: (row: Row) => number) {
  return { key, title, align: right, value, display: (row: Row) => displayTokens(value(row)) };
}

function textOf(amount: bigint | null, format: (amount: bigint) => string): string | null {
  return amount === null ? null : format(amount);
}

function times12(amount: bigint | null): bigint | null {
  return amount === null ? null : amount * 12n;
}

/** The headline says the volume where there is only one. */
function columnsOf(hasGateway: boolean, isOne: boolean): SectionColumn<Row>[] {
  const gateway = [
    money('gateway_monthly_usd', 'Gateway, month', (row) => row.gatewayPico),
    {
      ...money('gateway_yearly_usd', '', (row) => row.gatewayYearlyPico),
      isFurther: true,
    },
  ];
  return [
    { key: 'model', title: 'Model', isName: true, value: (row) => row.model },
    {
      key: 'price_model',
      title: 'Priced as',
      value: ({ match }) => (match.how === 'none' ? null : match.model),
      isFurther: true,
    },
    { ...tokens('input_tokens', 'Input', ({ volume }) => volume.inputTokens), optional: isOne },
    { ...tokens('output_tokens', 'Output', ({ volume }) => volume.outputTokens), optional: isOne },
    money('monthly_usd', 'Month', (row) => row.monthlyPico),
    { ...money('yearly_usd', 'Year', (row) => row.yearlyPico), optional: true },
    ...(hasGateway ? gateway : []),
    money('saved_monthly_usd', 'Saved, month', (row) => row.savedMonthlyPico),
    {
      ...money('saved_yearly_usd', 'Saved, year', (row) => times12(row.savedMonthlyPico)),
      optional: true,
    },
    { key: 'reason', title: 'No price', value: (row) => row.reason, isFurther: true },
  ];
}

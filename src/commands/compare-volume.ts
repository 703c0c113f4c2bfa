/**
 * A stated number of tokens a month on several models: flags and answer.
 *
 * Takes flags as typed, gives the cost of each volume on each model, with what it saves against a
 * baseline. Throws UserError for values that make no sense.
 */
import {
  againstBaseline,
  type ComparedVolume,
  parseMultiplier,
  parseTokenCount,
  splitByOutput,
  type Volume,
  volumeCost,
} from '../compare/volume.ts';
import { usageError } from '../errors.ts';
import { formatRatio } from '../pricing/explain.ts';
import type { PriceBook } from '../pricing/price.ts';
import { moneyColumn, tokenColumn } from '../report/columns.ts';
import type { PriceTableNote } from '../report/model.ts';
import { displayCount } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';

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
    throw usageError('the tokens of a month are stated in two ways', hint);
  }
  if (models === undefined) {
    throw usageError('no models are named', 'name them: --models gpt-4o,gpt-4o-mini');
  }
  const volumes =
    monthlyTokens === undefined
      ? [splitVolume(inputTokens, outputTokens)]
      : monthlyTokens.split(',').map((text) => sharedVolume(text, outputShare ?? '1'));
  const distinct = modelNames(models);
  return { models: distinct, volumes, ...against(flags, distinct) };
}

/** The names of --models, each once. Throws UserError. */
export function modelNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return [...new Set(names)];
  throw usageError(`--models '${text}' has an empty name`, 'write a,b,c');
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
  throw usageError(`${flag} is for a stated volume`, 'add --monthly-tokens, or leave it out');
}

function against(
  { multiplier, baseline }: VolumeFlags,
  models: readonly string[],
): Pick<VolumeSettings, 'multiplier' | 'baseline'> {
  const ratio = multiplier === undefined ? null : parseMultiplier(multiplier);
  if (multiplier !== undefined && ratio === null) {
    throw usageError(
      `--multiplier '${multiplier}' is no decimal above 0`,
      'give one such as 0.015',
    );
  }
  const name = baseline ?? models[0] ?? '';
  if (models.includes(name)) return { multiplier: ratio, baseline: name };
  throw usageError(`--baseline ${name} is none of --models`, `give one of: ${models.join(', ')}`);
}

function sharedVolume(text: string, share: string): Volume {
  const volume = splitByOutput(tokensOf(text, '--monthly-tokens'), share);
  if (volume !== null) return volume;
  throw usageError(
    `--output-share '${share}' is no share`,
    'give a decimal from 0 to 1, such as 0.25',
  );
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
  throw usageError(
    `${flag} '${text}' is no number of tokens`,
    'give one such as 10M, 250k or 1000000',
  );
}

/** The cost of each volume on each model. */
export function volumeAnswer(
  book: PriceBook,
  settings: VolumeSettings,
  { line, ...prices }: PriceTableNote & { readonly line: string },
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

function rowsOf(book: PriceBook, volume: Volume, settings: VolumeSettings): ComparedVolume[] {
  const { models, multiplier, baseline } = settings;
  const costs = models.map((model) => volumeCost(book, model, volume, multiplier));
  return againstBaseline(costs, baseline);
}

function describe({ inputTokens, outputTokens }: Volume): string {
  if (inputTokens === 0) return `${displayCount(outputTokens)} output tokens`;
  if (outputTokens === 0) return `${displayCount(inputTokens)} input tokens`;
  return `${displayCount(inputTokens)} input and ${displayCount(outputTokens)} output tokens`;
}

/** The headline says the volume where there is only one. */
function columnsOf(hasGateway: boolean, isOne: boolean): SectionColumn<ComparedVolume>[] {
  const gateway = [
    moneyColumn<ComparedVolume>('gateway_monthly_usd', 'Gateway, month', (row) => row.gatewayPico),
    {
      ...moneyColumn<ComparedVolume>('gateway_yearly_usd', '', (row) => row.gatewayYearlyPico),
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
    {
      ...tokenColumn<ComparedVolume>('input_tokens', 'Input', ({ volume }) => volume.inputTokens),
      optional: isOne,
    },
    {
      ...tokenColumn<ComparedVolume>(
        'output_tokens',
        'Output',
        ({ volume }) => volume.outputTokens,
      ),
      optional: isOne,
    },
    moneyColumn<ComparedVolume>('monthly_usd', 'Month', (row) => row.monthlyPico),
    {
      ...moneyColumn<ComparedVolume>('yearly_usd', 'Year', (row) => row.yearlyPico),
      optional: true,
    },
    ...(hasGateway ? gateway : []),
    moneyColumn<ComparedVolume>('saved_monthly_usd', 'Saved, month', (row) => row.savedMonthlyPico),
    {
      ...moneyColumn<ComparedVolume>(
        'saved_yearly_usd',
        'Saved, year',
        (row) => row.savedYearlyPico,
      ),
      optional: true,
    },
    { key: 'reason', title: 'No price', value: (row) => row.reason, isFurther: true },
  ];
}

/**
 * `aicost prices match`: how a model name is resolved, step by step.
 *
 * Takes a name as a log spells it, gives what was tried and what was found, or why nothing was.
 */
import { EXIT, type ExitCode } from '../errors.ts';
import { type MatchTrial, matchModel, type NameMatch } from '../pricing/match-explain.ts';
import type { PriceTableNote } from '../report/model.ts';
import type { Column } from '../report/rows.ts';
import { renderSections, type Sections, sectionOf } from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declarePrices, openBook } from './price-book.ts';
import { tableFields } from './price-note.ts';

interface Flags {
  readonly provider?: string;
}

/** CSV has the answer as its one row. */
const ROW: Column<NameMatch>[] = [
  { key: 'asked', title: '', value: (row) => row.asked },
  { key: 'provider', title: '', value: (row) => row.provider },
  { key: 'how', title: '', value: (row) => row.how },
  { key: 'table', title: '', value: (row) => row.table },
  { key: 'price_provider', title: '', value: (row) => row.priceProvider },
  { key: 'model', title: '', value: (row) => row.model },
  { key: 'reason', title: '', value: (row) => row.reason },
  { key: 'steps', title: '', value: (row) => row.notes.join('; ') },
  { key: 'nearest', title: '', value: (row) => row.nearest.join('; ') },
];

/** Declares `match`. */
export function buildMatch(command: CliCommand): void {
  command
    .description(
      'Shows how a model name is resolved, form by form, or why it is not, with the nearest names. Exits with 1 when no model is found. Works offline.',
    )
    .argument('<name>', 'a model name as it stands in a log')
    .option('--provider <name>', 'the provider the log names');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices match us.anthropic.claude-sonnet-4-20250514-v1:0
  $ aicost prices match gpt-4o-2024-08-06 --provider azure
  $ aicost prices match prod-chat --alias prod-chat=gpt-4o-mini
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const book = await openBook(deps);
  const match = matchModel(book, args[0] ?? '', flags.provider ?? '');
  const answer = answerOf(match, tableFields(book.info, deps.clock.now()));
  const isCsv = deps.output.format === 'csv';
  const shown = isCsv ? { ...answer, sections: [sectionOf('match', '', [match], ROW)] } : answer;
  await deps.write([renderSections(shown, deps.output)]);
  return match.how === 'none' ? EXIT.failed : EXIT.ok;
}

function answerOf(match: NameMatch, prices: PriceTableNote): Sections {
  const { asked, provider, how, table, priceProvider, model, reason, trials, nearest } = match;
  return {
    schema: 'aicost.match/1',
    head: {
      asked,
      provider,
      provider_id: match.providerId,
      matched: how !== 'none',
      how,
      table: orNull(table),
      price_provider: orNull(priceProvider),
      model: orNull(model),
      reason,
      steps: match.notes,
      nearest,
      prices,
    },
    headline: headlineOf(match),
    sections: [
      sectionOf<MatchTrial>('trials', '', trials, [
        { key: 'step', title: 'Form', value: (row) => row.step },
        { key: 'name', title: 'Name', value: (row) => row.name },
        { key: 'outcome', title: 'Outcome', value: (row) => row.outcome },
      ]),
    ],
    notes: [
      ...match.notes,
      ...(nearest.length === 0 ? [] : [`nearest names: ${nearest.join(', ')}`]),
    ],
  };
}

function headlineOf({ asked, how, model, priceProvider, reason, table }: NameMatch): string {
  if (how === 'none') return `${asked} has no price: ${reason}`;
  const payer = priceProvider === '' ? '' : ` of ${priceProvider}`;
  return `${asked} is ${model}${payer} in ${table} (${how})`;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

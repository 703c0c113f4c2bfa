/**
 * `aicost cost`: the price of one usage body, or of one call of the ledger.
 *
 * Takes a body as a provider sent it, or `FILE:LINE`; gives its cost and its disjoint counts, with
 * --explain the arithmetic. Never 0 for what has no price.
 */
import { resolve } from 'node:path';
import { type CostOfCalls, costOfCalls } from '../compare/cost-of-calls.ts';
import { TIERS, type Tier } from '../domain/call.ts';
import { isRejected } from '../domain/reject.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type BodyCall, type BodyHints, parseUsageBody, withHints } from '../formats/usage-body.ts';
import { callsAt, type Place } from '../ledger/call-at.ts';
import { renderSections } from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { costAnswer } from './cost-answer.ts';
import { instantOf } from './instant.ts';
import { declarePrices, openBook } from './price-book.ts';
import { tableFields } from './price-note.ts';
import { readText } from './read-text.ts';
import { withLedger } from './with-ledger.ts';

const BODY = { what: 'body', hint: 'pipe one in, or name a file or FILE:LINE' };

interface Flags {
  readonly provider?: string;
  readonly model?: string;
  readonly at?: string;
  readonly tier?: string;
  readonly region?: string;
  readonly explain?: boolean;
  readonly strict?: boolean;
}

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      `Prices one usage body as a provider sent it (a response, its usage alone, or a log record), from a file or standard input, or one call of the ledger. Exits with 3 under --strict when it has no price. Works offline and writes nothing.`,
    )
    .argument(
      '[body]',
      'a file, - for standard input (the default), or FILE:LINE of a call of the ledger',
    )
    .option('--provider <name>', 'who sent the body: decides how its counts overlap')
    .option('--model <name>', 'the model, if the body does not name it or another counts')
    .option(
      '--at <time>',
      "the UTC day or time of the call (the body's; without one the price of the list's own day)",
    )
    .option('--tier <tier>', `the service tier: ${TIERS.join(', ')} (the body's, else standard)`)
    .option('--region <name>', "the region or data zone (the body's)")
    .option('--explain', 'the arithmetic, line by line')
    .option('--strict', 'exit with 3 when there is no price');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ echo '{"prompt_tokens":1000,"completion_tokens":100}' | aicost cost --model gpt-4o
  $ echo '{"input_tokens":9,"output_tokens":5}' | aicost cost --model claude-opus-4-1 --tier batch
  $ head -1 logs.jsonl | aicost cost --json          a log record
  $ aicost cost fixtures/support-desk.jsonl:17 --explain   a call of the ledger, line by line
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const [input = '-'] = args;
  const hints = hintsOf(flags);
  const book = await openBook(deps);
  const place = placeOf(input);
  const found =
    place === null
      ? { place: null, stored: null, calls: bodyCalls(await readText(input, deps, BODY), hints) }
      : await ledgerCalls(place, hints, deps);
  const cost: CostOfCalls = costOfCalls(book, found.calls);
  const prices = tableFields(book.info, deps.clock.now());
  const isExplained = flags.explain === true;
  const answer = costAnswer({ ...found, cost, prices, isExplained, format: deps.output.format });
  await deps.write([renderSections(answer, deps.output)]);
  return typeof cost.cost === 'string' && flags.strict === true ? EXIT.gaps : EXIT.ok;
}

function hintsOf({ provider = '', model = '', region = '', tier, at }: Flags): BodyHints {
  return {
    provider,
    model,
    region,
    tier: tierOf(tier),
    atMs: at === undefined ? null : instantOf(at, `--at '${at}'`),
  };
}

function tierOf(text: string | undefined): Tier | null {
  if (text === undefined) return null;
  const tier = TIERS.find((known) => known === text.toLowerCase());
  if (tier !== undefined) return tier;
  throw new UserError(
    EXIT.usage,
    `--tier ${text} is not known`,
    `give one of: ${TIERS.join(', ')}`,
  );
}

/** `FILE:LINE`; null for anything else. */
function placeOf(input: string): Place | null {
  const [, path, line] = /^(.+):(\d{1,15})$/.exec(input) ?? [];
  return path === undefined ? null : { path, line: Number(line) };
}

function bodyCalls(text: string, hints: BodyHints): BodyCall[] {
  const calls = parseUsageBody(text, hints);
  if (!isRejected(calls)) return calls;
  const { reason, detail } = calls;
  const hint =
    reason === 'no_model'
      ? 'name it with --model'
      : 'give one response, its usage alone, or one log record; for a log: aicost audit';
  throw new UserError(EXIT.failed, `no usage to price: ${detail} (${reason})`, hint);
}

/** The calls of a line of a log; flags replace what the ledger says of them. */
async function ledgerCalls(place: Place, hints: BodyHints, deps: Deps) {
  const stored = await withLedger(deps, 'refuse', async (db) => {
    // As the path leads from here; else as the end of any path the ledger knows.
    const here = callsAt(db, { ...place, path: resolve(deps.cwd, place.path) });
    return here.length > 0 ? here : callsAt(db, place);
  });
  const name = `${place.path}:${place.line}`;
  if (stored.length === 0) {
    const hint = 'give a place as aicost audit --explain shows it';
    throw new UserError(EXIT.failed, `no call of the ledger stands at ${name}`, hint);
  }
  const paths = [...new Set(stored.map(({ path }) => path))];
  if (paths.length > 1) {
    throw new UserError(
      EXIT.failed,
      `${name} is a line of ${paths.join(' and of ')}`,
      'give the whole path',
    );
  }
  return {
    place: `${paths[0]}:${place.line}`,
    stored,
    calls: stored.map((call) => withHints(call, hints)),
  };
}

/**
 * What `simulate` replays: the flags its verbs share, the calls, the levers of the policy.
 *
 * Takes logs and flags, gives calls as columns and plans. Never computes a figure: `simulate/` does.
 */
import { bundledContextWindows } from '../compare/catalogue-facts.ts';
import { readSettingFile } from '../config.ts';
import { emptyUsage } from '../domain/tokens.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { placesOf } from '../ledger/lookup.ts';
import type { Ledger } from '../ledger/open.ts';
import { readCalls, type Selection } from '../ledger/read.ts';
import { listSources } from '../ledger/sources.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { DEFAULT_POLICY } from '../policy/presets.ts';
import { QualityTable } from '../policy/quality.ts';
import { parseQualityCsv } from '../policy/quality-csv.ts';
import { NO_FACTS } from '../policy/section-models.ts';
import type { PriceBook } from '../pricing/price.ts';
import { CallTable } from '../simulate/call-table.ts';
import type { RoutingLimits } from '../simulate/routing.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { tokenRatioPermille } from '../tokenize/ratio.ts';
import { declarePrices, openBook } from './price-book.ts';
import { eachCall } from './read-ledger.ts';
import { declareReadFlags, exitCodeOf, type ReadFlags, readLogs } from './read-logs.ts';
import { policyNames, readPolicy, readPolicySource } from './read-policy.ts';
import { periodOf } from './report-flags.ts';
import { seedOf, shareOf } from './simulate-flags.ts';
import { withLedger } from './with-ledger.ts';
import { noteUndated } from './write-report.ts';

/** Flags of the verbs that replay a log under a policy, as typed. */
export interface SubjectFlags extends ReadFlags {
  readonly since?: string;
  readonly until?: string;
  readonly holdout: string;
  readonly quality?: string;
  readonly seed: string;
}

/** What is replayed. */
export interface Subject {
  readonly table: CallTable;
  readonly policy: PolicyFile;
  readonly book: PriceBook;
  readonly quality: QualityTable;
  /** What is known of models besides the policy. */
  readonly limits: RoutingLimits;
  /** The share of the calls that is held out, the latest ones; 0: none. */
  readonly holdout: number;
  readonly seed: number;
  /** Where calls stand, as FILE:LINE, by their ids. */
  placesOf(ids: readonly number[]): ReadonlyMap<number, string>;
  /** Models the policy names that have no price. */
  readonly unpricedModels: readonly string[];
}

/** Declares the flags of SubjectFlags, --prices and --policy. */
export function declareSubject(command: CliCommand): void {
  command.argument('[paths...]', 'logs to read first; without any, the whole ledger');
  declareReadFlags(command);
  command
    .optionsGroup('What is replayed:')
    .option(
      '--policy <name|file>',
      `a policy file (docs/policies.md), or a preset: ${policyNames()} (${DEFAULT_POLICY}); a preset also caches and batches`,
    )
    .option('--since <time>', 'calls from this UTC day or time on')
    .option('--until <time>', 'calls up to the end of this UTC day, or before this time');
  declarePrices(command);
  command
    .optionsGroup('How sure it is:')
    .option('--holdout <share>', 'fit on the earlier calls, report on the latest: 40%', '0')
    .option('--quality <file>', 'your scores: a CSV with model, task, quality from 0 to 100')
    .option('--seed <n>', 'the seed of what is drawn for intervals', '1');
}

/** Runs with the calls loaded and the policy read; 3 where an input could not be read. */
export async function withSubject(
  { args, flags }: { readonly args: readonly string[]; readonly flags: SubjectFlags },
  deps: Deps,
  run: (subject: Subject) => Promise<ExitCode>,
): Promise<ExitCode> {
  const period = periodOf(flags);
  const holdout = shareOf(flags.holdout, '--holdout');
  const seed = seedOf(flags.seed);
  const policy = await readSimulatedPolicy(deps);
  const quality = new QualityTable([...(policy.quality ?? []), ...ownQuality(flags, deps)]);
  const book = await openBook(deps);
  const unpricedModels = unpricedOf(policy, book);
  const limits = await limitsOf(policy);
  const simulate = async (db: Ledger, sourceIds: readonly number[] | null) => {
    const selection = { sourceIds, ...period };
    noteUndated(deps, db, selection);
    const table = await loadCalls(deps, db, { selection, book });
    return run({
      ...{ table, policy, book, quality, limits, holdout, seed, unpricedModels },
      placesOf: (ids) => placesOf(db, ids),
    });
  };
  if (args.length === 0) return withLedger(deps, 'refuse', (db) => simulate(db, null));
  return withLedger(deps, 'make', async (db) => {
    const result = await readLogs(deps, flags, { inputs: args, db, book, observer: null });
    if (result.interrupted) return EXIT.interrupted;
    const code = await simulate(db, result.sourceIds);
    return code === EXIT.ok ? exitCodeOf(result) : code;
  });
}

async function loadCalls(
  deps: Deps,
  db: Ledger,
  { selection, book }: { readonly selection: Selection; readonly book: PriceBook },
): Promise<CallTable> {
  const sources = listSources(db, selection.sourceIds);
  const table = new CallTable(sources.reduce((sum, { calls }) => sum + calls, 0));
  await eachCall(readCalls(db, selection, book), deps, (call) => table.add(call));
  return table;
}

/** A preset is what an audit replays: a cache and the batch tier with their defaults beside it. */
async function readSimulatedPolicy({ config, cwd }: Deps): Promise<PolicyFile> {
  const { value, origin } = config.policy;
  const source = readPolicySource({ value: value ?? DEFAULT_POLICY, origin }, cwd);
  const policy = await readPolicy(source);
  if (source.text !== null) return policy;
  return {
    ...policy,
    cache: { ttlMs: null, capacity: null, maxTemperatureMilli: null, scope: null },
    batch_tier: { minCalls: null, maxPauseMs: null, maxRunMs: null },
  };
}

/** Context windows where the policy states none, and tokens counted anew for the other model. */
async function limitsOf({ models }: PolicyFile): Promise<RoutingLimits> {
  const windowOf = await bundledContextWindows();
  return {
    abilitiesOf({ provider, model }) {
      const { contextTokens, latencyMs, tools } = models?.get(model) ?? NO_FACTS;
      return { contextTokens: contextTokens ?? windowOf(provider, model), latencyMs, tools };
    },
    recount: (from, to) => tokenRatioPermille(from.model, to.model) ?? 1000,
  };
}

function ownQuality({ quality }: SubjectFlags, { cwd }: Deps) {
  if (quality === undefined) return [];
  const setting = { value: quality, origin: '--quality' };
  return parseQualityCsv(readSettingFile(setting, cwd, 'give a CSV file'), quality);
}

/** Models of the policy's own rules without a price at the book in use. */
function unpricedOf({ routing, models }: PolicyFile, book: PriceBook): string[] {
  const uses = [...(routing?.rules ?? []).map(({ use }) => use), routing?.otherwise ?? null];
  const named = [...new Set(uses.flatMap((use) => use ?? []))];
  return named.filter((model) => {
    const provider = models?.get(model)?.provider ?? '';
    const target = { provider, model, modelRequested: model, region: '' };
    const schedule = book.schedule({ ...target, operation: 'chat', tier: 'standard' });
    return typeof schedule.cost(emptyUsage(), null) === 'string';
  });
}

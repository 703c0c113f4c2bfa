/**
 * What `simulate` replays: the flags its verbs share, the calls, the levers of the policy.
 *
 * Takes logs and flags, gives calls as columns and plans. Never computes a figure: `simulate/` does.
 */
import { bundledContextWindows, type ContextWindowOf } from '../compare/catalogue-facts.ts';
import { readSettingFile } from '../config.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { placesOf } from '../ledger/lookup.ts';
import type { Ledger } from '../ledger/open.ts';
import { readCalls, type Selection } from '../ledger/read.ts';
import { listSources } from '../ledger/sources.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { DEFAULT_POLICY } from '../policy/presets.ts';
import { QualityTable } from '../policy/quality.ts';
import { parseQualityCsv } from '../policy/quality-csv.ts';
import type { ModelRef } from '../policy/route.ts';
import { NO_FACTS } from '../policy/section-models.ts';
import type { PriceBook } from '../pricing/price.ts';
import { CallTable } from '../simulate/call-table.ts';
import type { SemanticLog } from '../simulate/lever-semantic-cache.ts';
import { latencyIn, type ModelLatencies, modelLatencies } from '../simulate/model-latency.ts';
import type { RoutingLimits } from '../simulate/routing.ts';
import { partsOf } from '../simulate/simulate.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { tokenRatioPermille } from '../tokenize/ratio.ts';
import { declareEmbedFlags, type EmbedFlags } from './embed-flags.ts';
import { hasPriceIn } from './policy-prices.ts';
import { declarePrices, openBook } from './price-book.ts';
import { eachCall } from './read-ledger.ts';
import { declareReadFlags, exitCodeOf, type ReadFlags, readLogs } from './read-logs.ts';
import { policyNames, readPolicy, readPolicySource } from './read-policy.ts';
import { periodOf } from './report-flags.ts';
import { holdoutOf, latencyOf, seedOf } from './simulate-flags.ts';
import { semanticSettings, withEmbed, withFalseHits } from './simulate-semantic.ts';
import { readSemanticLog } from './simulate-texts.ts';
import { withLedger } from './with-ledger.ts';
import { noteUndated } from './write-report.ts';

/** Flags of the verbs that replay a log under a policy, as typed. */
export interface SubjectFlags extends ReadFlags, EmbedFlags {
  readonly since?: string;
  readonly until?: string;
  readonly holdout: string;
  readonly quality?: string;
  readonly seed: string;
  readonly maxFalseHits?: string;
  readonly maxLatency?: string;
}

/** What is replayed. */
export interface Subject {
  readonly table: CallTable;
  readonly policy: PolicyFile;
  readonly book: PriceBook;
  readonly quality: QualityTable;
  /** What is known of models besides the policy. */
  readonly limits: RoutingLimits;
  /** The same beside another policy. */
  limitsOf(policy: PolicyFile): RoutingLimits;
  /** How long models took to answer before what is held out; null: nobody asked. */
  readonly latencies: ModelLatencies | null;
  readonly maxLatencyMs: number | null;
  /** The prompts' texts as the semantic cache sees them; null: the policy has none. */
  readonly semantic: SemanticLog | null;
  /** The share of the calls that is held out, the latest ones; 0: none. */
  readonly holdout: number;
  readonly seed: number;
  /** Where calls stand, as FILE:LINE, by their ids. */
  placesOf(ids: readonly number[]): ReadonlyMap<number, string>;
  /** Models the policy names that have no price. */
  readonly unpricedModels: readonly string[];
}

/** Declares the flags of SubjectFlags, --prices and --policy. */
export function declareSubject(command: CliCommand, holdout = '0'): void {
  command.argument('[paths...]', 'logs to read first; without any, the whole ledger');
  declareReadFlags(command);
  command
    .optionsGroup('What is replayed:')
    .option(
      '--policy <name|file>',
      `a policy file (docs/policies.md), or a preset: ${policyNames()} (${DEFAULT_POLICY}); a preset also caches and batches`,
    )
    .option('--since <time>', 'calls from this UTC day or time on')
    .option('--until <time>', 'calls up to the end of this UTC day, or before this time')
    .option(
      '--max-latency <time>',
      'route only to models known to answer in this time, by the median of your own calls or models: in the policy file: 2s',
    );
  declarePrices(command);
  command
    .optionsGroup('How sure it is:')
    .option('--holdout <share>', 'fit on the earlier calls, report on the latest: 40%', holdout)
    .option('--quality <file>', 'your scores: a CSV with model, task, quality from 0 to 100')
    .option(
      '--max-false-hits <share>',
      'the semantic cache at the lowest similarity that keeps wrong answers within this: 1%',
    )
    .option('--seed <n>', 'the seed of what is drawn for intervals', '1');
  declareEmbedFlags(command);
}

/** Runs with the calls loaded and the policy read; 3 where an input could not be read. */
export async function withSubject(
  { args, flags }: { readonly args: readonly string[]; readonly flags: SubjectFlags },
  deps: Deps,
  run: (subject: Subject) => Promise<ExitCode>,
  readOwn: (deps: Deps) => Promise<PolicyFile> = readSimulatedPolicy,
): Promise<ExitCode> {
  const period = periodOf(flags);
  const holdout = holdoutOf(flags.holdout);
  const seed = seedOf(flags.seed);
  const own = withEmbed(await readOwn(deps), flags);
  const policy = withFalseHits(own, flags.maxFalseHits);
  const settings = semanticSettings(policy);
  const quality = new QualityTable([...(policy.quality ?? []), ...ownQuality(flags, deps)]);
  const book = await openBook(deps);
  const unpricedModels = unpricedOf(policy, book);
  const windowOf = await bundledContextWindows();
  const maxLatencyMs =
    flags.maxLatency === undefined ? null : latencyOf(flags.maxLatency, '--max-latency');
  const simulate = async (db: Ledger, sourceIds: readonly number[] | null) => {
    const selection = { sourceIds, ...period };
    noteUndated(deps, db, selection);
    const table = await loadCalls(deps, db, { selection, book });
    const { heldOut } = partsOf(table, holdout);
    const latencies = maxLatencyMs === null ? null : modelLatencies(table, { heldOut });
    const limitsOf = (one: PolicyFile) => limitsBeside(one, { windowOf, latencies, maxLatencyMs });
    const asked = { table, heldOut, flags };
    const semantic =
      settings === null ? null : await readSemanticLog(db, deps, { ...asked, settings });
    // A plan of what to embed is no replay.
    if (flags.dryRun === true) {
      if (semantic !== null) deps.note('nothing is left to embed: all vectors are there');
      return EXIT.ok;
    }
    return run({
      ...{ table, policy, book, quality, semantic, holdout, seed, unpricedModels },
      ...{ limits: limitsOf(policy), limitsOf, latencies, maxLatencyMs },
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

interface BesidePolicy extends Pick<Subject, 'latencies' | 'maxLatencyMs'> {
  readonly windowOf: ContextWindowOf;
}

/** Context windows where the policy states none, tokens counted anew, and how fast models are. */
function limitsBeside({ models }: PolicyFile, beside: BesidePolicy): RoutingLimits {
  const { windowOf, latencies, maxLatencyMs } = beside;
  const factsOf = (model: string) => models?.get(model) ?? NO_FACTS;
  const limits: RoutingLimits = {
    abilitiesOf({ provider, model }) {
      const { contextTokens, latencyMs, tools } = factsOf(model);
      return { contextTokens: contextTokens ?? windowOf(provider, model), latencyMs, tools };
    },
    recount: (from, to) => tokenRatioPermille(from.model, to.model) ?? 1000,
  };
  if (latencies === null || maxLatencyMs === null) return limits;
  const latencyOf = ({ model }: ModelRef) =>
    factsOf(model).latencyMs ?? latencyIn(latencies, model);
  return { ...limits, maxLatencyMs, latencyOf };
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
  const hasPrice = hasPriceIn(book);
  return named.filter((model) => !hasPrice(model, models?.get(model)?.provider ?? ''));
}

/**
 * `aicost simulate [run]`: the calls of a log under a policy, lever by lever.
 *
 * Takes logs and a policy, gives the waterfall. Never uses the network, but for --embed.
 */
import { EXIT, type ExitCode } from '../errors.ts';
import { renderSections, type Sections } from '../report/sections.ts';
import type { LeverPlan } from '../simulate/lever.ts';
import { plansOf } from '../simulate/lever-plans.ts';
import { seededRandom } from '../simulate/random.ts';
import { type ShapleyResult, shapley } from '../simulate/shapley.ts';
import { type Parts, partsOf, replayParts, simulate } from '../simulate/simulate.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { simulateAnswer } from './simulate-answer.ts';
import { CallRows } from './simulate-calls.ts';
import { shareOf } from './simulate-flags.ts';
import { falseHitsOf } from './simulate-semantic.ts';
import { stepByStep } from './simulate-steps.ts';
import {
  declareSubject,
  type Subject,
  type SubjectFlags,
  withSubject,
} from './simulate-subject.ts';

/** The flags, as typed. */
interface Flags extends SubjectFlags {
  readonly maxQualityLoss?: string;
  readonly shapley?: boolean;
  readonly strict?: boolean;
  readonly calls?: boolean;
}

/** Declares the verb. */
export function buildRun(command: CliCommand): void {
  command
    .summary('the calls of a log under a policy (the default)')
    .description(
      `Replays the calls of logs, or of the whole ledger, in time order under a policy: each lever sees what those before it left, so the savings add up to the last digit. Each has a 95 % interval from whole sessions or days, and is sure (identical answers), likely, or needs a test. Works offline, unless --embed sends prompts to a model for embeddings; writes only the ledger.`,
    );
  declareSubject(command);
  command
    .option(
      '--max-quality-loss <share>',
      'move only what loses at most this much of the quality, on average over all calls: 2%',
    )
    .option(
      '--shapley',
      'also what each lever is worth whatever the order; slow: a replay for each set of levers',
    )
    .option('--calls', 'also what would have happened to each call, with its line')
    .option('--strict', 'exit with 3 when a call is unpriced')
    .addHelpText(
      'after',
      `
Examples:
  $ aicost simulate fixtures/support-desk.jsonl --policy fixtures/policy.yaml
  $ aicost simulate --policy conservative --holdout 40% --max-quality-loss 2%
  $ aicost simulate --policy c2 --shapley --json

A policy with a semantic_cache has the prompts read once more where their logs lie (or as --store-text keeps them).
With --embed their texts are sent to that model; each only once, and nothing is sent without the flag.
`,
    )
    .runs<Flags>(run);
}

async function run(invocation: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const { maxQualityLoss, strict = false } = invocation.flags;
  const { shapley: sharesOut = false, calls: showsCalls = false } = invocation.flags;
  const maxLoss =
    maxQualityLoss === undefined ? null : shareOf(maxQualityLoss, '--max-quality-loss');
  return withSubject(invocation, deps, async (subject) => {
    const steps = answerOf(subject, { maxLoss, sharesOut, showsCalls, nowMs: deps.clock.now() });
    const answer = await stepByStep(steps, deps);
    await deps.write([renderSections(answer.sections, deps.output)]);
    return strict && answer.unpricedCalls > 0 ? EXIT.gaps : EXIT.ok;
  });
}

interface Asked {
  readonly maxLoss: number | null;
  readonly sharesOut: boolean;
  readonly showsCalls: boolean;
  readonly nowMs: number;
}

/** Yields before each replay how many are left. */
function* answerOf(
  subject: Subject,
  { maxLoss, sharesOut, showsCalls, nowMs }: Asked,
): Generator<number, { sections: Sections; unpricedCalls: number }> {
  const { table, policy, book, quality, limits, semantic, holdout, seed } = subject;
  const world = { policy, pricer: book, quality, maxLoss, limits, semantic };
  const { plans, missing } = plansOf(world);
  const parts = partsOf(table, holdout);
  yield 1;
  const rows = showsCalls ? new CallRows(plans) : null;
  const random = seededRandom(seed);
  const simulation = simulate(table, plans, { parts, random, onCall: rows?.add ?? null });
  const shares = sharesOut ? yield* sharesOf(subject, plans, parts) : null;
  const answer = simulateAnswer({ subject, simulation, missing, shares, maxLoss, nowMs });
  const calls = rows === null ? [] : [rows.section(subject.placesOf)];
  const falseHits = falseHitsOf(subject);
  const sections = { ...answer, sections: [...answer.sections, ...falseHits, ...calls] };
  return { sections, unpricedCalls: simulation.savings.unpricedCalls };
}

/** Asks once which sets of levers are needed, replays them, and asks again with what they save. */
function* sharesOf(
  { table, seed }: Subject,
  plans: readonly LeverPlan[],
  parts: Parts,
): Generator<number, ShapleyResult> {
  const saved = new Map<number, bigint>();
  const note = (set: number) => {
    saved.set(set, 0n);
    return 0n;
  };
  shapley(plans.length, note, { random: seededRandom(seed) });
  let left = saved.size;
  for (const set of saved.keys()) {
    yield left--;
    const chosen = plans.filter((_, lever) => (set & (1 << lever)) !== 0);
    saved.set(set, replayParts(table, chosen, parts).savings.savedPico);
  }
  return shapley(plans.length, (set) => saved.get(set) ?? 0n, { random: seededRandom(seed) });
}

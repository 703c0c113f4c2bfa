/**
 * `aicost simulate optimize`: the cheapest policy within limits.
 *
 * Takes logs and limits, gives a policy file and what it saves on calls it was not fitted on. Never
 * writes over a file unasked, and never uses the network.
 */
import { resolve } from 'node:path';
import { EXIT, type ExitCode, UserError, usageError } from '../errors.ts';
import { type PolicyFile, parsePolicyFile } from '../policy/policy-file.ts';
import type { Certainty } from '../policy/route.ts';
import { NO_SEMANTIC_SETTINGS } from '../policy/section-semantic-cache.ts';
import { renderSections } from '../report/sections.ts';
import { plansOf } from '../simulate/lever-plans.ts';
import { optimize } from '../simulate/optimize.ts';
import { seededRandom } from '../simulate/random.ts';
import { partsOf, simulate } from '../simulate/simulate.ts';
import type { CliCommand, Deps, GlobalFlags, Invocation } from '../terminal/command.ts';
import { checkWritable, refuseOverwrite, resolveOutput, writeOutput } from '../terminal/output.ts';
import { refuseExisting, writePrivateFile } from '../terminal/private-file.ts';
import { readPolicy, readPolicySource } from './read-policy.ts';
import { oneOfList, shareOf } from './simulate-flags.ts';
import { optimizeAnswer } from './simulate-optimize-answer.ts';
import { POLICY_NAME, policyText } from './simulate-optimize-file.ts';
import { searchWorld } from './simulate-optimize-world.ts';
import { stepByStep } from './simulate-steps.ts';
import {
  declareSubject,
  type Subject,
  type SubjectFlags,
  withSubject,
} from './simulate-subject.ts';

/** The flags, as typed. */
interface Flags extends SubjectFlags {
  readonly maxQualityLoss: string;
  readonly allow: string;
  readonly candidates?: string;
  readonly force?: boolean;
}

const CERTAINTIES: readonly Certainty[] = ['sure', 'likely', 'needs_test'];
const NO_LIMIT = 'none';

/** Declares the verb. */
export function buildOptimize(command: CliCommand): void {
  command
    .summary('the cheapest policy within limits, as a file')
    .description(
      `Searches for the cheapest policy within limits of quality, wrong answers of a cache and latency: it is fitted on the earlier calls, and reported on the later ones (--holdout), beside what the earlier ones had promised. Gives a policy file to read, edit and use with audit, simulate and batch; --out policy.yaml writes it, else it stands below the report. Works offline, --embed apart; writes only the ledger and that file.`,
    );
  declareSubject(command, '40%');
  command
    .optionsGroup('What the policy may do:')
    .option(
      '--max-quality-loss <share>',
      'the loss of quality that moves between models may come to, on average over all calls (what small models lose on easy tasks by published scores); 0: only moves that lose nothing by the scores; none: any, even unknown',
      '3%',
    )
    .option(
      '--allow <certainty>',
      'the least sure savings that may choose a rule: sure, likely or needs_test',
      'likely',
    )
    .option(
      '--candidates <models>',
      "models calls may go to, beside those of the log: a,b,c (each one's cheaper sibling of the same vendor)",
    )
    .option('--force', 'write over the file of --out')
    .addHelpText(
      'after',
      `
Of --policy FILE only models: and quality: are used. A semantic cache is searched with --max-false-hits.

Examples:
  $ aicost simulate optimize fixtures/support-desk.jsonl
  $ aicost simulate optimize --max-quality-loss 2% --allow needs_test --out policy.yaml
  $ aicost simulate --policy policy.yaml --holdout 40%       says the same again
`,
    )
    .runs<Flags>(run);
}

async function run(invocation: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const { flags } = invocation;
  const limits = limitsOf(flags);
  const file = policyPath(deps);
  if (file !== null && flags.force !== true) refuseExisting(file);
  await checkOutput(deps, flags);
  const readOwn = () => readBase(deps, flags);
  return withSubject(
    invocation,
    deps,
    async (subject) => {
      const search = { limits, candidates: flags.candidates ?? null, file };
      const answer = await stepByStep(answerOf(subject, search, deps), deps);
      const output = outputOf(flags, deps);
      const text = renderSections(answer.sections, output);
      const isShown = file === null && output.format === 'table';
      const pieces = isShown ? [text, '\n', answer.text] : [text];
      if (file !== null)
        await writePrivateFile(file, answer.text, { overwrites: flags.force === true });
      await writeOutput(pieces, output, writingOf(deps));
      if (file !== null) deps.note(`policy written: ${file}`);
      else if (!isShown && output.format === 'csv') deps.note(NO_FILE, 'give --out policy.yaml');
      return EXIT.ok;
    },
    readOwn,
  );
}

/** Before any work is done: that --out can be written, and is nothing that is read. Throws UserError. */
async function checkOutput({ output, config, cwd }: Deps, flags: Flags): Promise<void> {
  const read = [config.policy.value, flags.quality, flags.keyFile];
  refuseOverwrite(
    output,
    read.flatMap((name) => (name == null ? [] : [resolve(cwd, name)])),
  );
  await checkWritable(output);
}

const NO_FILE = 'CSV does not hold the policy itself';

interface Limits {
  readonly maxLoss: number | null;
  readonly allow: Certainty;
}

function limitsOf({ maxQualityLoss, allow }: Flags): Limits {
  const isFree = maxQualityLoss.trim().toLowerCase() === NO_LIMIT;
  return {
    maxLoss: isFree ? null : shareOf(maxQualityLoss, '--max-quality-loss'),
    allow: oneOfList(allow, CERTAINTIES, '--allow'),
  };
}

/** The policy file of --out; null where --out is for the report. */
function policyPath({ output }: Deps): string | null {
  return output.path !== null && /\.ya?ml$/i.test(output.path) ? output.path : null;
}

/** Where the report goes: not where the policy does. */
function outputOf(flags: GlobalFlags, deps: Deps) {
  if (policyPath(deps) === null) return deps.output;
  const { out: _out, ...rest } = flags;
  const { streams, cwd, config } = deps;
  return resolveOutput(rest, config.format.value, { stdout: streams.stdout, cwd });
}

function writingOf(deps: Deps) {
  return {
    stdout: deps.streams.stdout,
    get signal() {
      return deps.signal;
    },
    pause: () => deps.pause(),
  };
}

/** What a policy file of the user says of models, and nothing else of it. */
async function readBase({ config, cwd, note }: Deps, flags: Flags): Promise<PolicyFile> {
  const semantic_cache = flags.maxFalseHits === undefined ? null : NO_SEMANTIC_SETTINGS;
  if (flags.embed !== undefined && semantic_cache === null) {
    const hint = 'add --max-false-hits 1%';
    throw usageError(`--embed ${flags.embed}: no semantic cache is searched`, hint);
  }
  const base = { ...parsePolicyFile('{}', POLICY_NAME), semantic_cache };
  const { value, origin } = config.policy;
  if (value === null || value === undefined) return base;
  const own = await readPolicy(readPolicySource({ value, origin }, cwd));
  if (own.models === null && own.quality === null) {
    note(`${origin}: policy ${own.name} says nothing of models or quality: it is not used here`);
  }
  return { ...base, models: own.models, quality: own.quality };
}

interface Search {
  readonly limits: Limits;
  readonly candidates: string | null;
  readonly file: string | null;
}

/** Yields before each replay about how many are left. */
function* answerOf(subject: Subject, { limits, candidates, file }: Search, deps: Deps) {
  const { table, book, semantic, holdout, seed, quality } = subject;
  if (table.calls === 0) {
    throw new UserError(EXIT.failed, 'no call to search with', 'name a log, or another period');
  }
  const parts = partsOf(table, holdout);
  const world = searchWorld(subject, { ...limits, parts, candidates });
  const found = yield* optimize(world);
  const text = policyText(found, { subject, limits, parts });
  // The file as anyone will read it: what is reported is what it gives.
  const policy = parsePolicyFile(text, POLICY_NAME);
  yield 1;
  const besides = {
    pricer: book,
    quality,
    maxLoss: null,
    limits: subject.limitsOf(policy),
    semantic,
  };
  const { plans, missing } = plansOf({ policy, ...besides });
  const simulation = simulate(table, plans, { parts, random: seededRandom(seed) });
  const simulated = {
    ...{ subject: { ...subject, policy }, simulation, missing, shares: null },
    ...{ maxLoss: limits.maxLoss, nowMs: deps.clock.now() },
  };
  return { sections: optimizeAnswer({ simulated, found, limits, text, file }), text };
}

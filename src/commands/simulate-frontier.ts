/**
 * `aicost simulate frontier`: saving against quality, move by move.
 *
 * Takes logs and a policy, gives the points. Never a point of which the loss is not known.
 */
import { formatUsd, shareBp } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { countColumn, moneyColumn } from '../report/columns.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import {
  renderSections,
  type SectionColumn,
  type Sections,
  sectionOf,
} from '../report/sections.ts';
import { type Frontier, type FrontierPoint, frontierOf } from '../simulate/frontier.ts';
import { plansOf, routingMaker } from '../simulate/lever-plans.ts';
import { type Parts, partsOf } from '../simulate/simulate.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { stepByStep } from './simulate-steps.ts';
import {
  declareSubject,
  type Subject,
  type SubjectFlags,
  withSubject,
} from './simulate-subject.ts';

/** Declares the verb. */
export function buildFrontier(command: CliCommand): void {
  command
    .summary('saving against quality, move by move')
    .description(
      `Says what each move between models that a policy makes adds to the saving, and what quality is expected to be lost: from no move to all of them, the most saved for each bit of quality first. Every point is replayed with all levers of the policy. Works offline, unless --embed sends prompts to a model for embeddings; writes only the ledger.`,
    );
  declareSubject(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost simulate frontier fixtures/support-desk.jsonl --policy c2
  $ aicost simulate frontier --policy fixtures/policy.yaml --csv > frontier.csv
`,
    )
    .runs<SubjectFlags>(run);
}

async function run(invocation: Invocation<SubjectFlags>, deps: Deps) {
  return withSubject(invocation, deps, async (subject) => {
    const { table, policy, book, quality, limits, semantic, holdout } = subject;
    const world = { policy, pricer: book, quality, maxLoss: null, limits, semantic };
    const { plans } = plansOf(world);
    if (!plans.some(({ id }) => id === 'routing')) {
      const hint = 'add routing: { preset: conservative }, or name a preset';
      throw new UserError(EXIT.usage, `policy ${policy.name} has no routing`, hint);
    }
    const parts = partsOf(table, holdout);
    const make = routingMaker(world);
    const steps = frontierOf(table, { plans, make, quality, parts });
    const frontier = await stepByStep(steps, deps);
    await deps.write([renderSections(answerOf(subject, frontier, parts), deps.output)]);
    return EXIT.ok;
  });
}

function answerOf({ policy }: Subject, frontier: Frontier, parts: Parts): Sections {
  const { points, baselinePico, pricedCalls, unknown, joined } = frontier;
  const unknownCalls = unknown.reduce((sum, { calls }) => sum + calls, 0);
  const last = points.at(-1);
  const saved = last === undefined ? 0 : shareBp(last.savedPico, baselinePico) / 10_000;
  return {
    schema: 'aicost.simulate-frontier/1',
    head: {
      policy: policy.name,
      priced_calls: pricedCalls,
      baseline_usd: formatUsd(baselinePico),
      holdout_from: parts.fromMs === null ? null : formatInstant(parts.fromMs),
      unknown_groups: unknown.length,
      unknown_calls: unknownCalls,
    },
    headline: `${displayOf(pricedCalls, 'priced call')}: policy ${policy.name} saves up to ${displayShare(saved)} for ${displayPoints(last)} of the quality`,
    sections: [sectionOf('points', '', points, columnsOf(baselinePico))],
    notes: [
      'each row adds one group of moves to those above; quality lost is the mean over all calls',
      ...(joined > 0 ? [`the last row adds the last ${joined + 1} groups at once`] : []),
      ...(unknown.length === 0
        ? []
        : [
            `${displayOf(unknown.length, 'group')} with ${displayOf(unknownCalls, 'call')} in no row: nobody knows what they lose (--quality takes your scores)`,
          ]),
      ...(points.some(({ added }) => added?.loss?.basis === 'by_size')
        ? ['by_size: assumed from published scores of a larger and a smaller model']
        : []),
    ],
  };
}

function columnsOf(baseline: bigint): SectionColumn<FrontierPoint>[] {
  const share = ({ savedPico }: FrontierPoint) => shareBp(savedPico, baseline) / 10_000;
  const name = (key: 'task' | 'from' | 'to'): SectionColumn<FrontierPoint> => ({
    ...{ key, title: key, isName: key !== 'task' },
    value: ({ added }) => added?.[key] ?? null,
    display: ({ added }) => added?.[key] ?? (key === 'task' ? 'no move' : ''),
  });
  return [
    name('task'),
    name('from'),
    name('to'),
    countColumn('moved_calls', 'moved', ({ loss }) => loss.movedCalls),
    moneyColumn('saved_usd', 'saved', ({ savedPico }) => savedPico),
    moneyColumn('after_usd', 'left', ({ afterPico }) => afterPico),
    {
      ...{ key: 'saved_share', title: 'of paid', align: 'right', value: share },
      display: (point) => displayShare(Math.max(0, share(point))),
    },
    {
      ...{ key: 'expected_loss', title: 'quality lost', align: 'right' },
      value: ({ loss }) => Math.round(loss.mean * 1e6) / 1e6,
      display: displayPoints,
    },
    { key: 'quality_basis', title: 'by', value: ({ added }) => added?.loss?.basis ?? null },
  ];
}

function displayPoints(point: FrontierPoint | undefined): string {
  return `${((point?.loss.mean ?? 0) * 100).toFixed(2)} %`;
}

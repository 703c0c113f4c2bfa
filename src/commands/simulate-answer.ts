/**
 * The answer of `aicost simulate`: the waterfall, the moves between models, what was left out.
 *
 * Takes a simulation, gives rows. Never rounds a saving up, and never a bound where too little is known
 * for one.
 */
import { displayUsd, formatUsd, type PicoUsd, picoUsd, shareBp } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { countColumn, moneyColumn } from '../report/columns.ts';
import { displayShare } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';
import type { Interval } from '../simulate/interval.ts';
import type { LeverResult, Skipped } from '../simulate/lever.ts';
import { expectedLoss, groupsOf, type MoveGroup } from '../simulate/quality-groups.ts';
import { tableFields, tableLine } from './price-note.ts';
import { boundOf, headlineOf, notesOf, rangeText, type Simulated } from './simulate-words.ts';

/** Of more a terminal says how many there are. */
const MOVES_SHOWN = 10;

/** A row of the waterfall: as paid, a lever, or all of them. */
interface Step {
  readonly lever: string;
  readonly calls: number;
  readonly savedPico: PicoUsd;
  readonly sure: PicoUsd;
  readonly likely: PicoUsd;
  readonly needsTest: PicoUsd;
  readonly interval: Interval | null;
  readonly shapleyPico: bigint | null;
  readonly leftPico: PicoUsd;
  readonly method: string | null;
  readonly note: string | null;
}

/** Makes the answer. */
export function simulateAnswer(simulated: Simulated): Sections {
  const { subject, simulation, shares, nowMs } = simulated;
  const { savings } = simulation;
  const groups = moveGroups(simulated);
  const moves = sectionOf('moves', 'Moves between models', groups, MOVES);
  const columns = stepColumns(savings.baselinePico, shares !== null);
  return {
    schema: 'aicost.simulate/1',
    head: headOf(simulated, groups),
    headline: headlineOf(simulated),
    sections: [
      sectionOf('waterfall', '', stepsOf(simulated), columns),
      { ...moves, texts: moves.texts.slice(0, MOVES_SHOWN) },
      sectionOf('left_out', 'Left out', savings.skipped, LEFT_OUT),
    ],
    notes: [...notesOf(simulated, groups), `prices: ${tableLine(subject.book.info, nowMs)}`],
  };
}

function moveGroups({ subject, simulation }: Simulated): (MoveGroup & { lever: string })[] {
  return simulation.moves.flatMap(({ lever, ...move }) =>
    groupsOf([move], subject.quality).map((group) => ({ ...group, lever })),
  );
}

function headOf({ subject, simulation, shares, maxLoss, nowMs }: Simulated, groups: MoveGroup[]) {
  const { savings, total, blocks, parts } = simulation;
  const { baselinePico, byCertainty, pricedCalls } = savings;
  const { mean, movedCalls, unknownCalls } = expectedLoss(groups, pricedCalls);
  return {
    policy: subject.policy.name,
    prices: tableFields(subject.book.info, nowMs),
    priced_calls: pricedCalls,
    unpriced_calls: savings.unpricedCalls,
    baseline_usd: formatUsd(baselinePico),
    after_usd: formatUsd(savings.afterPico),
    saved_usd: formatUsd(savings.savedPico),
    saved_share: shareOf(savings.savedPico, baselinePico),
    sure_usd: formatUsd(byCertainty.sure),
    likely_usd: formatUsd(byCertainty.likely),
    needs_test_usd: formatUsd(byCertainty.needs_test),
    interval: {
      level: total.level,
      by: blocks.kind,
      blocks: blocks.gathered,
      calls: total.calls,
      method: total.method,
      seed: subject.seed,
    },
    holdout:
      parts.fromMs === null
        ? null
        : {
            from: formatInstant(parts.fromMs),
            training_calls: parts.trainingCalls,
            held_out_calls: parts.heldOutCalls,
          },
    quality: {
      expected_loss: mean,
      max_loss: maxLoss,
      moved_calls: movedCalls,
      moved_calls_of_unknown_loss: unknownCalls,
    },
    shapley:
      shares === null
        ? null
        : { exact: shares.isExact, orders: shares.orders, replays: shares.replays },
  };
}

function stepsOf({ simulation, shares }: Simulated): Step[] {
  const { savings, intervals, total } = simulation;
  let left: bigint = savings.baselinePico;
  const levers = savings.levers.map((lever, index) => {
    left -= lever.savedPico;
    return stepOf(lever, {
      // Where nothing was saved, nothing varies: that says little about the truth.
      interval: lever.calls === 0 ? null : (intervals[index] ?? null),
      shapleyPico: shares?.shares[index] ?? null,
      leftPico: picoUsd(left),
    });
  });
  const none = { sure: picoUsd(0), likely: picoUsd(0), needsTest: picoUsd(0) };
  const words = { shapleyPico: null, method: null, note: null };
  const { sure, likely, needs_test: needsTest } = savings.byCertainty;
  return [
    {
      ...{ lever: 'as_paid', calls: savings.pricedCalls, savedPico: picoUsd(0), ...none, ...words },
      ...{ interval: null, leftPico: savings.baselinePico },
    },
    ...levers,
    {
      ...{ lever: 'in_all', calls: savings.pricedCalls, savedPico: savings.savedPico, ...words },
      ...{ sure, likely, needsTest, leftPico: savings.afterPico },
      interval: savings.savedPico === 0n ? null : total,
      shapleyPico: shares === null ? null : savings.savedPico,
    },
  ];
}

function stepOf(
  { lever, calls, savedPico, byCertainty, method, note }: LeverResult,
  rest: Pick<Step, 'interval' | 'shapleyPico' | 'leftPico'>,
): Step {
  const { sure, likely, needs_test: needsTest } = byCertainty;
  return { lever, calls, savedPico, sure, likely, needsTest, method, note, ...rest };
}

function stepColumns(paidPico: PicoUsd, hasShares: boolean): SectionColumn<Step>[] {
  const share = ({ savedPico }: Step) => shareOf(savedPico, paidPico);
  const bound = (which: 'low' | 'high') => (step: Step) => boundOf(step.interval, which, paidPico);
  const shapleyColumn = moneyColumn<Step>('shapley_usd', 'any order', (step) => step.shapleyPico);
  return [
    { key: 'lever', title: 'lever', isName: true, value: (step) => step.lever },
    countColumn('calls', 'calls', (step) => step.calls),
    savingColumn('saved_usd', 'saved', (step) => step.savedPico),
    {
      ...{ key: 'saved_share', title: 'of paid', align: 'right', value: share },
      display: (step) => displaySigned(share(step)),
    },
    {
      ...{ key: 'low_usd', title: '95 %', align: 'right', optional: true },
      value: (step) => usdOrNull(bound('low')(step)),
      display: ({ interval }) => rangeText(interval, paidPico),
    },
    {
      ...{ key: 'high_usd', title: '', isFurther: true },
      value: (step) => usdOrNull(bound('high')(step)),
    },
    { ...savingColumn<Step>('sure_usd', 'sure', (step) => step.sure), optional: true },
    { ...savingColumn<Step>('likely_usd', 'likely', (step) => step.likely), optional: true },
    {
      ...savingColumn<Step>('needs_test_usd', 'needs a test', (step) => step.needsTest),
      optional: true,
    },
    ...(hasShares ? [shapleyColumn] : []),
    moneyColumn('left_usd', 'then left', (step) => step.leftPico),
    { key: 'method', title: '', isFurther: true, value: (step) => step.method },
    { key: 'note', title: '', isFurther: true, value: (step) => step.note },
  ];
}

/** An amount that is rounded down for people, a dash for nothing. */
function savingColumn<Row>(
  key: string,
  title: string,
  amount: (row: Row) => bigint,
): SectionColumn<Row> {
  return {
    ...moneyColumn(key, title, amount),
    display: (row) => (amount(row) === 0n ? '-' : displayUsd(amount(row), 'down')),
  };
}

const LEFT_OUT: SectionColumn<Skipped>[] = [
  { key: 'lever', title: 'lever', value: ({ lever }) => lever },
  countColumn('calls', 'calls', ({ calls }) => calls),
  { key: 'reason', title: 'why', value: ({ reason }) => reason },
];

const MOVES: SectionColumn<MoveGroup & { readonly lever: string }>[] = [
  { key: 'lever', title: '', value: ({ lever }) => lever, isFurther: true },
  { key: 'task', title: 'task', value: ({ task }) => task },
  { key: 'from', title: 'from', isName: true, value: ({ from }) => from },
  { key: 'to', title: 'to', isName: true, value: ({ to }) => to },
  countColumn('calls', 'calls', ({ calls }) => calls),
  savingColumn('saved_usd', 'saved', ({ savedPico }) => savedPico),
  {
    ...{ key: 'expected_loss', title: 'quality lost', align: 'right' },
    value: ({ loss }) => (loss === null ? null : rounded(loss.loss)),
    display: ({ loss }) => (loss === null ? '–' : displaySigned(loss.loss)),
  },
  { key: 'quality_basis', title: 'by', value: ({ loss }) => loss?.basis ?? 'unknown' },
];

function usdOrNull(amount: bigint | null): string | null {
  return amount === null ? null : formatUsd(amount);
}

/** A share rounded towards 0 at the fourth decimal; 0 of nothing. */
export function shareOf(part: bigint, whole: bigint): number {
  return shareBp(part, whole) / 10_000;
}

/** A share for a program: without the noise of doubles. */
export function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}

/** A share for people; one below 0 too. */
export function displaySigned(share: number): string {
  return share < 0 ? `-${displayShare(-share)}` : displayShare(share);
}

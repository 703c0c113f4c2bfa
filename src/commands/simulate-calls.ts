/**
 * `aicost simulate --calls`: what would have happened to each call.
 *
 * Takes calls as the replay leaves them, gives a row for each in time order. Never a call that counts in
 * no figure: of a holdout the held-out ones alone.
 */
import { picoUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { moneyColumn, usdOrNull } from '../report/columns.ts';
import { type Section, type SectionColumn, sectionOf } from '../report/sections.ts';
import type { LeverPlan } from '../simulate/lever.ts';
import type { OnCall } from '../simulate/simulate.ts';

interface CallRow {
  readonly id: number;
  readonly startedAtMs: number | null;
  readonly model: string;
  readonly toModel: string;
  readonly served: boolean;
  readonly paidPico: number | null;
  readonly leftPico: number | null;
  /** By lever, in pico-USD. */
  readonly savedPico: readonly number[];
}

/** The rows of the calls. */
export class CallRows {
  readonly #levers: readonly string[];
  readonly #rows: CallRow[] = [];

  constructor(plans: readonly LeverPlan[]) {
    this.#levers = plans.map(({ id }) => id);
  }

  /** Notes one call behind the last lever. */
  readonly add: OnCall = ({ call, target, served, costPico, ownPico }, savedPico) => {
    this.#rows.push({
      ...{ id: call.id, startedAtMs: call.startedAtMs, model: call.target.model },
      ...{ toModel: target.model, served, paidPico: call.costPico },
      leftPico: costPico === null ? null : costPico + ownPico,
      savedPico: savedPico.slice(),
    });
  };

  /** The section; `placesOf` says where calls stand, as FILE:LINE. */
  section(placesOf: (ids: readonly number[]) => ReadonlyMap<number, string>): Section {
    const places = placesOf(this.#rows.map(({ id }) => id));
    return sectionOf('calls', 'Calls', this.#rows, [
      {
        ...{ key: 'place', title: 'call', isName: true },
        value: ({ id }) => places.get(id) ?? String(id),
      },
      ...COLUMNS,
      {
        ...{ key: 'levers', title: 'by' },
        value: ({ savedPico }) =>
          this.#levers.filter((_, lever) => savedPico[lever] !== 0).join(' '),
      },
      ...this.#levers.map((id, lever) => savedColumn(id, lever)),
    ]);
  }
}

const COLUMNS: SectionColumn<CallRow>[] = [
  {
    ...{ key: 'started_at', title: '', isFurther: true },
    value: ({ startedAtMs }) => (startedAtMs === null ? null : formatInstant(startedAtMs)),
  },
  { key: 'model', title: 'model', isName: true, value: ({ model }) => model },
  { key: 'to_model', title: 'to', isName: true, value: ({ toModel }) => toModel },
  {
    ...{ key: 'served', title: '', isFurther: true },
    value: ({ served }) => (served ? 'cache' : 'model'),
  },
  moneyColumn('cost_usd', 'paid', ({ paidPico }) => orNull(paidPico)),
  moneyColumn('left_usd', 'then left', ({ leftPico }) => orNull(leftPico)),
];

function savedColumn(id: string, lever: number): SectionColumn<CallRow> {
  return {
    ...{ key: `${id}_usd`, title: '', isFurther: true },
    value: ({ savedPico }) => usdOrNull(picoUsd(savedPico[lever] ?? 0)),
  };
}

function orNull(pico: number | null): bigint | null {
  return pico === null ? null : picoUsd(pico);
}

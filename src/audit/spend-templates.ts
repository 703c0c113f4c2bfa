/**
 * Spend by template: what the calls of each prompt template cost together.
 *
 * Takes calls with a way to tell their templates, gives rows of the report, each with an example.
 * Never knows a text: names are given by whoever can read one.
 */
import type { PricedCall } from '../domain/call.ts';
import type { TemplateSpend } from '../report/model.ts';
import { Group, rowsOf } from './spend-group.ts';

/** The template of a call; equal templates are the same object, null is none. */
export type TemplateOf = (call: PricedCall) => object | null;

/** What a template is called, and where its first call stands. */
export interface TemplateName {
  readonly template: string;
  readonly example: string;
}

interface Counted {
  readonly group: Group;
  readonly firstId: number;
}

/** Sums by template. */
export class TemplateSpendBy {
  readonly #counted = new Map<object | null, Counted>();

  constructor(private readonly templateOf: TemplateOf) {}

  /** The group that a call is counted in. */
  groupOf(call: PricedCall): Group {
    const template = this.templateOf(call);
    const known = this.#counted.get(template);
    if (known !== undefined) return known.group;
    const group = new Group();
    this.#counted.set(template, { group, firstId: call.id });
    return group;
  }

  /** The first call of each template. */
  firstCalls(): Map<object, number> {
    const first = new Map<object, number>();
    for (const [template, { firstId }] of this.#counted) {
      if (template !== null) first.set(template, firstId);
    }
    return first;
  }

  /** Largest cost first; calls from no template stand under null. */
  rows(names: ReadonlyMap<object, TemplateName>, whole: bigint): TemplateSpend[] {
    const examples = new Map<string | null, string>();
    const groups = new Map<string | null, Group>();
    for (const [template, { group }] of this.#counted) {
      const named = template === null ? undefined : names.get(template);
      const name = named?.template ?? null;
      if (named !== undefined) examples.set(name, named.example);
      const sum = groups.get(name) ?? new Group();
      groups.set(name, sum);
      sum.addGroup(group);
    }
    return rowsOf(groups, whole, (template, figures) => {
      return { template, example: examples.get(template) ?? null, ...figures };
    });
  }
}

/**
 * Labelling: a parsed call → its task, by a user's rules, the log's own tag, or a classifier.
 *
 * Takes what is in force (rules, a model of the user's own), gives a label and how sure it is. A rule
 * beats a tag, and a tag the classifier. Never decodes a text that no rule asks for.
 */
import { type PromptText, readPrompt } from '../classify/classify.ts';
import { NO_SIGNALS } from '../classify/evidence.ts';
import { plainPrompt } from '../classify/features.ts';
import type { Model } from '../classify/model.ts';
import { type Rule, RuleBook, type RuleFacts } from '../classify/rules.ts';
import type { Call } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { hashString } from '../formats/hash.ts';
import type { Json, Text } from '../formats/json.ts';
import { stringOf } from '../formats/values.ts';
import { shippedModel } from './model-file.ts';
import { ownModel } from './own-model.ts';

/** What decides labels: plain data, since it travels to the threads that read. */
export interface Labelling {
  readonly rules: readonly Rule[];
  /** The absolute path of a user's own model and what it is known by; null: the shipped one. */
  readonly own: { readonly path: string; readonly id: number } | null;
}

/** The shipped classifier alone. */
export const PLAIN: Labelling = { rules: [], own: null };

/** Equal for what labels equally: a 53-bit hash, 0 for PLAIN. */
export function labellingKey({ rules, own }: Labelling): number {
  if (rules.length === 0 && own === null) return 0;
  const said = rules.map(({ task, conditions }) => ({ task, conditions }));
  return hashString(JSON.stringify([said, own?.id ?? null])) || 1;
}

/** A label, how sure it is, and the rule that gave it. */
export interface Label {
  readonly task: Task;
  /** 0 to 100. */
  readonly confidence: number;
  /** 0 to 1: see classify.ts; null where no prompt was read. */
  readonly complexity: number | null;
  readonly by: 'rule' | 'tag' | 'classifier';
  readonly rule: Rule | null;
}

const SURE = 100;
/** System prompts come again and again: so many are kept decoded. */
const KEPT_TEXTS = 256;

/** Labels calls; one per thread. */
export class Labeller {
  readonly #rules: RuleBook | null;
  readonly #own: string | null;
  readonly #systems = new Map<number, string>();

  constructor({ rules, own }: Labelling) {
    this.#rules = rules.length === 0 ? null : new RuleBook(rules);
    this.#own = own?.path ?? null;
  }

  /** The model in force; read from its file at the first prompt. */
  get model(): Model {
    return this.#own === null ? shippedModel() : ownModel(this.#own);
  }

  /** Labels a call. */
  label(parsed: ParsedCall, call: Call, text: PromptText): Label {
    const rule = this.#rules?.decide(this.#factsOf(parsed)).rule ?? null;
    const read = readPrompt(text, signalsOf(call), this.model);
    const isKnown = call.target.operation === 'chat' && read.sketch !== 0;
    const complexity = isKnown ? read.complexity : null;
    const sure = { confidence: SURE, complexity, rule };
    if (rule !== null) return { ...sure, task: rule.task, by: 'rule' };
    if (call.tag !== null) return { ...sure, task: call.tag, by: 'tag' };
    return { ...read.verdict, complexity, by: 'classifier', rule };
  }

  /** Labels a prompt of which the texts alone are known: no rule on a model or tag fits it. */
  labelTexts(system: string, user: string): Label {
    const rule =
      this.#rules?.decide({
        ...{ models: [], provider: '', operation: 'chat', tags: [], endpoints: [] },
        ...{ system: () => system, prompt: () => user },
      }).rule ?? null;
    const read = readPrompt(plainPrompt(system, user), NO_SIGNALS, this.model);
    const complexity = read.sketch === 0 ? null : read.complexity;
    if (rule !== null) {
      return { task: rule.task, confidence: SURE, complexity, by: 'rule', rule };
    }
    return { ...read.verdict, complexity, by: 'classifier', rule };
  }

  #factsOf({ call, system, user, tags, endpoint }: ParsedCall): RuleFacts {
    const { target, systemHash } = call;
    return {
      models: [target.model, target.modelRequested],
      provider: target.provider,
      operation: target.operation,
      tags: textsOf(tags),
      endpoints: textsOf(endpoint),
      system: () => (system === null ? null : this.#systemText(system, systemHash)),
      prompt: () => user?.toString() ?? null,
    };
  }

  #systemText(system: Text, hash: number | null): string {
    const known = hash === null ? undefined : this.#systems.get(hash);
    if (known !== undefined) return known;
    const text = system.toString();
    if (this.#systems.size >= KEPT_TEXTS) this.#systems.clear();
    if (hash !== null) this.#systems.set(hash, text);
    return text;
  }
}

/** What a call tells the classifier besides its words. */
export function signalsOf(call: Call) {
  return {
    operation: call.target.operation,
    hasTools: call.hasTools === true,
    hasSchema: call.hasSchema === true,
    maxTokens: call.maxTokens,
    inputTokens: inputTotal(call.usage),
    outputTokens: outputTotal(call.usage),
    turns: call.turns,
  };
}

/** A text, or those of a list. */
function textsOf(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => stringOf(one)).filter((text) => text !== null);
}

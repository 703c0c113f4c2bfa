/**
 * Labelling: a parsed call → its task, by a user's rules, the log's own tag, or a classifier.
 *
 * Takes what is in force (rules, a model of the user's own), gives a label and how sure it is. A rule
 * beats a tag, and a tag the classifier. Never decodes a text that no rule asks for.
 */
import { type PromptText, readPrompt } from '../classify/classify.ts';
import type { CallSignals } from '../classify/evidence.ts';
import type { Model } from '../classify/model.ts';
import { type Rule, RuleBook, type RuleFacts } from '../classify/rules.ts';
import type { Call, Operation } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { hashString } from '../formats/hash.ts';
import type { Json, Text } from '../formats/json.ts';
import { stringOf } from '../formats/values.ts';
import { shippedId, shippedModel } from './model-file.ts';
import { type OwnModelRef, ownModel } from './own-model.ts';

/** What decides labels: plain data, since it travels to the threads that read. */
export interface Labelling {
  readonly rules: readonly Rule[];
  /** A user's own model; null: the shipped one. */
  readonly own: OwnModelRef | null;
}

/** The shipped classifier alone. */
export const PLAIN: Labelling = { rules: [], own: null };

/**
 * Equal for what labels equally: a 53-bit hash of the rules and of the weights in force, never 0, which
 * stands for labels of nobody knows what.
 */
export function labellingKey({ rules, own }: Labelling): number {
  const said = rules.map(({ task, conditions }) => ({ task, conditions }));
  return hashString(JSON.stringify([said, own?.id ?? shippedId()])) || 1;
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

/** A request that stands in no log yet. */
export interface LabelRequest {
  readonly signals: CallSignals;
  readonly text: PromptText;
  readonly system: Text | null;
  readonly user: Text | null;
  /** The names of the model it would be asked; none if that is left open. */
  readonly models: readonly string[];
  readonly tags: readonly string[];
}

const SURE = 100;
/** Where requests go, as rules on endpoints name it. */
const ENDPOINTS: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  chat: ['/v1/chat/completions'],
  embeddings: ['/v1/embeddings'],
};
/** System prompts come again and again: so many are kept decoded. */
const KEPT_TEXTS = 256;

/** Labels calls; one per thread. */
export class Labeller {
  readonly #rules: RuleBook | null;
  readonly #own: OwnModelRef | null;
  readonly #systems = new Map<number, string>();

  constructor({ rules, own }: Labelling) {
    this.#rules = rules.length === 0 ? null : new RuleBook(rules);
    this.#own = own;
  }

  /** The model in force; read from its file at the first prompt. */
  get model(): Model {
    return this.#own === null ? shippedModel() : ownModel(this.#own);
  }

  /** Labels a call. */
  label(parsed: ParsedCall, call: Call, text: PromptText): Label {
    const rule = this.#ruleFor(() => this.#factsOf(parsed));
    return this.#labelOf(text, { signals: signalsOf(call), rule, tag: call.tag });
  }

  /** Labels a request that is still to be made. */
  labelRequest({ signals, text, system, user, models, tags }: LabelRequest): Label {
    const { operation } = signals;
    const rule = this.#ruleFor(() => ({
      ...{ models, provider: '', operation, tags, endpoints: ENDPOINTS[operation] ?? [] },
      ...{ system: () => system?.toString() ?? null, prompt: () => user?.toString() ?? null },
    }));
    return this.#labelOf(text, { signals, rule, tag: null });
  }

  #ruleFor(factsOf: () => RuleFacts): Rule | null {
    return this.#rules?.decide(factsOf()).rule ?? null;
  }

  #labelOf(
    text: PromptText,
    { signals, rule, tag }: { signals: CallSignals; rule: Rule | null; tag: Task | null },
  ): Label {
    const { verdict, complexity: said, hasWords } = readPrompt(text, signals, this.model);
    const complexity = signals.operation === 'chat' && hasWords ? said : null;
    if (rule !== null) return { task: rule.task, confidence: SURE, complexity, by: 'rule', rule };
    if (tag !== null) return { task: tag, confidence: SURE, complexity, by: 'tag', rule };
    // Spread, this one object would cost a tenth of reading the call.
    const { task, confidence } = verdict;
    return { task, confidence, complexity, by: 'classifier', rule };
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

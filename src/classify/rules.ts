/**
 * Rules: what a user knows of their calls, before any classifier.
 *
 * Takes rules in their order and what is known of a call, gives the first rule that fits. Never takes
 * what is not known for not so: rules that would need a missing text are said to be undecided.
 */
import { makerOf } from '../domain/maker.ts';
import type { Task } from '../domain/task.ts';
import { ruleRegexTest } from './rule-regex.ts';

/** What a rule may ask of a call. */
export const RULE_KEYS = [
  'model',
  'provider',
  'tag',
  'endpoint',
  'operation',
  'system_contains',
  'system_matches',
  'prompt_contains',
  'prompt_matches',
] as const;
export type RuleKey = (typeof RULE_KEYS)[number];

/** Expressions look at so much of the beginning and of the end of a text. */
const REGEX_READS = { head: 2_000, tail: 500 } as const;
/** System prompts come again and again: what was found in so many of them is kept. */
const KEPT_TEXTS = 256;

/** One rule: plain data, since it travels to the threads that read logs. */
export interface Rule {
  /** Of the rules file, from 1. */
  readonly line: number;
  readonly task: Task;
  /** All of them must hold; of the texts of one, any. */
  readonly conditions: readonly { readonly key: RuleKey; readonly oneOf: readonly string[] }[];
}

/** What rules are asked of; undefined: not known, null: there is none. */
export interface RuleFacts {
  /** The names of the model, as served and as asked for. */
  readonly models: readonly string[];
  readonly provider: string;
  readonly operation: string;
  /** Tags of the log, as written. */
  readonly tags: readonly string[] | undefined;
  /** Path or kind of the call, as the log writes it. */
  readonly endpoints: readonly string[] | undefined;
  /** The texts, decoded only when a rule asks. */
  system(): string | null | undefined;
  prompt(): string | null | undefined;
}

/** The rule that fits; `undecided`, and none that fits, where others before it might. */
export interface RuleOutcome {
  readonly rule: Rule | null;
  /** All that could not be decided and might be the one that fits. */
  readonly undecided: readonly Rule[];
}

type Answer = boolean | undefined;
type Test = (facts: RuleFacts) => Answer;

/** Rules ready to be asked. */
export class RuleBook {
  readonly #tests: readonly { readonly rule: Rule; readonly tests: readonly Test[] }[];

  constructor(readonly rules: readonly Rule[]) {
    this.#tests = rules.map((rule) => ({ rule, tests: testsOf(rule) }));
  }

  /** The first rule that fits. */
  decide(facts: RuleFacts): RuleOutcome {
    const undecided: Rule[] = [];
    for (const { rule, tests } of this.#tests) {
      let answer: Answer = true;
      for (const test of tests) {
        const one = test(facts);
        if (one === false) {
          answer = false;
          break;
        }
        if (one === undefined) answer = undefined;
      }
      if (answer === true) return { rule: undecided.length === 0 ? rule : null, undecided };
      if (answer === undefined) undecided.push(rule);
    }
    return { rule: null, undecided };
  }
}

/** What is known without a text comes first: it is cheap. */
function testsOf({ conditions }: Rule): Test[] {
  const isText = (key: RuleKey): number => (/^(system|prompt)_/.test(key) ? 1 : 0);
  return [...conditions].sort((a, b) => isText(a.key) - isText(b.key)).map(testOf);
}

function testOf({ key, oneOf }: Rule['conditions'][number]): Test {
  switch (key) {
    case 'model': {
      const names = oneOf.map(namePattern);
      return ({ models }) => models.some((model) => model !== '' && fitsAny(names, model));
    }
    case 'provider': {
      const names = oneOf.map(namePattern);
      return (facts) => providersOf(facts).some((provider) => fitsAny(names, provider));
    }
    case 'tag': {
      const names = oneOf.map(namePattern);
      return ({ tags }) => tags?.some((tag) => fitsAny(names, tag));
    }
    case 'operation':
      return ({ operation }) => oneOf.some((one) => one.toLowerCase() === operation);
    case 'endpoint':
      return endpointTest(oneOf);
    case 'system_contains':
      return textTest('system', oneOf.map(containing));
    case 'prompt_contains':
      return textTest('prompt', oneOf.map(containing));
    case 'system_matches':
      return textTest('system', oneOf.map(matching));
    case 'prompt_matches':
      return textTest('prompt', oneOf.map(matching));
  }
}

/** Who sends the invoice: as the log says, else whom the models are of; none if nobody can tell. */
function providersOf({ provider, models }: RuleFacts): readonly string[] {
  if (provider !== '') return [provider];
  return models.map(makerOf).filter((maker) => maker !== null);
}

interface NamePattern {
  test(name: string): boolean;
}

function fitsAny(patterns: readonly NamePattern[], name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}

/** A name with `*` for any characters, whatever the case. */
function namePattern(text: string): NamePattern {
  const [first = '', ...others] = text.toLowerCase().split(/\*+/);
  const last = others.pop();
  if (last === undefined) return { test: (name) => name.toLowerCase() === first };
  // Without back-tracking: each part at its first place after the one before.
  const test = (name: string): boolean => {
    const lower = name.toLowerCase();
    let at = lower.startsWith(first) ? first.length : -1;
    for (const part of others) {
      const found = at < 0 ? -1 : lower.indexOf(part, at);
      at = found < 0 ? -1 : found + part.length;
    }
    return at >= 0 && lower.length - last.length >= at && lower.endsWith(last);
  };
  return { test };
}

/** A part of the path the log gives; of a log without one the operation tells what it can. */
function endpointTest(oneOf: readonly string[]): Test {
  const names = oneOf.map((one) => one.toLowerCase());
  return ({ endpoints, operation }) => {
    if (names.includes(operation)) return true;
    if (endpoints === undefined) return undefined;
    return names.some((name) => endpoints.some((one) => one.toLowerCase().includes(name)));
  };
}

/** Any of some texts in the system prompt or the message; a text that was tested is known. */
function textTest(which: 'system' | 'prompt', tests: readonly ((text: string) => boolean)[]): Test {
  const known = new Map<string, boolean>();
  return (facts) => {
    const text = facts[which]();
    if (text === undefined) return undefined;
    if (text === null) return false;
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = tests.some((test) => test(text));
    if (known.size >= (which === 'system' ? KEPT_TEXTS : 1)) known.clear();
    known.set(text, answer);
    return answer;
  };
}

function containing(part: string): (text: string) => boolean {
  const sought = part.toLowerCase();
  return (text) => lowerOf(text).includes(sought);
}

function matching(pattern: string): (text: string) => boolean {
  const test = ruleRegexTest(pattern);
  const { head, tail } = REGEX_READS;
  return (text) =>
    test(text.length <= head + tail ? text : `${text.slice(0, head)}\n…\n${text.slice(-tail)}`);
}

// Many rules ask the same text one after the other.
let lastText = '';
let lastLower = '';

function lowerOf(text: string): string {
  if (text !== lastText) {
    lastLower = text.toLowerCase();
    lastText = text;
  }
  return lastLower;
}

/**
 * Conditions: for which requests a rule of a policy file holds.
 *
 * Takes an `if` of the file, gives a yes or no for each request. Never holds for what is not known:
 * a rule on a priority says nothing about a request without one.
 */
import { parseTask, TASKS, type Task } from '../domain/task.ts';
import { inputTotal } from '../domain/tokens.ts';
import type { FileValue } from './file-value.ts';
import { modelName } from './model-family.ts';
import type { Priority, RoutingRequest } from './route.ts';

/** When a rule holds. */
export interface Condition {
  matches(request: RoutingRequest): boolean;
  /** Where it holds for some tasks alone: these. */
  readonly tasks?: ReadonlySet<Task>;
  /** For people: `task classification, extraction; confidence 60 or more`. */
  readonly text: string;
}

type Part = Condition;
type Parse = (value: FileValue) => Part;

export const PRIORITIES: readonly Priority[] = ['low', 'medium', 'high', 'critical'];
const SHARE = { from: 0, to: 1 };

const PARTS: Readonly<Record<string, Parse>> = {
  task: taskPart,
  min_confidence: confidencePart,
  model: modelPart,
  provider(value) {
    const names = new Set(value.texts().map((name) => name.toLowerCase()));
    return {
      matches: ({ target }) => names.has(target.provider.toLowerCase()),
      text: `provider ${listed(names)}`,
    };
  },
  tag(value) {
    const tags = new Set(value.texts());
    return {
      matches: ({ tag }) => tag !== undefined && tags.has(tag),
      text: `tag ${listed(tags)}`,
    };
  },
  priority(value) {
    const wanted = new Set(value.choices(PRIORITIES));
    return {
      matches: ({ priority }) => priority !== undefined && wanted.has(priority),
      text: `priority ${listed(wanted)}`,
    };
  },
  min_complexity(value) {
    const least = value.number(SHARE);
    return {
      matches: (request) => (complexityOf(request) ?? -1) >= least,
      text: `complexity ${least} or more`,
    };
  },
  max_complexity(value) {
    const most = value.number(SHARE);
    return {
      matches: (request) => (complexityOf(request) ?? Number.POSITIVE_INFINITY) <= most,
      text: `complexity ${most} or less`,
    };
  },
  max_input_tokens(value) {
    const most = value.number({ from: 1, to: Infinity, isWhole: true });
    return {
      matches(request) {
        const tokens = inputTokensOf(request);
        return tokens !== null && tokens <= most;
      },
      text: `${most} input tokens or fewer`,
    };
  },
  has_tools(value) {
    const wanted = value.flag();
    const text = wanted ? 'tools' : 'no tools';
    return { matches: ({ hasTools }) => hasTools === wanted, text };
  },
  has_schema(value) {
    const wanted = value.flag();
    const text = wanted ? 'a JSON schema' : 'no JSON schema';
    return { matches: ({ hasSchema }) => hasSchema === wanted, text };
  },
};

/** Reads an `if`: all its parts must hold. Throws UserError. */
export function parseCondition(value: FileValue): Condition {
  const members = [...value.members(Object.keys(PARTS))];
  if (members.length === 0) value.fail('no condition', 'leave if out: the rule holds for all then');
  const parts = members.flatMap(([key, member]) => PARTS[key]?.(member) ?? []);
  const tasks = parts.find((part) => part.tasks !== undefined)?.tasks;
  return {
    matches: (request) => parts.every((part) => part.matches(request)),
    ...(tasks === undefined ? {} : { tasks }),
    text: parts.map(({ text }) => text).join('; '),
  };
}

function taskPart(value: FileValue): Part {
  const items = value.isList ? value.items() : [value];
  const tasks = new Set<Task>(
    items.map((item) => {
      const name = item.text();
      return parseTask(name) ?? item.fail(`'${name}' is no task`, `tasks: ${TASKS.join(', ')}`);
    }),
  );
  return { matches: ({ task }) => tasks.has(task), tasks, text: `task ${listed(tasks)}` };
}

function confidencePart(value: FileValue): Part {
  const least = value.number({ from: 0, to: 100 });
  // A share where a percentage is meant would let everything through.
  if (least > 0 && least < 1) {
    value.fail(
      `${least} is less than one of a hundred`,
      'confidence goes from 0 to 100, such as 60',
    );
  }
  return {
    matches: ({ taskConfidence }) => taskConfidence >= least,
    text: `confidence ${least} or more`,
  };
}

/** Models by name, whatever their date: `gpt-4o` is `gpt-4o-2024-08-06` too, not `gpt-4o-mini`. */
function modelPart(value: FileValue): Part {
  const names = value.texts();
  const families = new Set(names.map((name) => modelName(name).family));
  const known = new Map<string, boolean>();
  return {
    matches({ target: { model } }) {
      let isOne = known.get(model);
      if (isOne === undefined) {
        isOne = families.has(modelName(model).family);
        known.set(model, isOne);
      }
      return isOne;
    },
    text: `model ${names.join(', ')}`,
  };
}

function inputTokensOf({ inputTokens, usage }: RoutingRequest): number | null {
  if (inputTokens !== undefined) return inputTokens;
  return usage === undefined ? null : inputTotal(usage);
}

/** 0–1; null where nobody says: no rule on it holds then. */
function complexityOf({ complexity, complexityPercent }: RoutingRequest): number | null {
  if (typeof complexity === 'number') return complexity;
  return typeof complexityPercent === 'number' ? complexityPercent / 100 : null;
}

function listed(values: ReadonlySet<string>): string {
  return [...values].join(', ');
}

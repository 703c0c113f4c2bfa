/**
 * Published routing tables, as their authors give them: task, keywords or complexity to a model.
 *
 * Takes requests, gives routes to the models the pages name. Never claims more than `needs_test`:
 * none of the tables was measured on the user's own requests.
 */
import { parseTask, type Task } from '../domain/task.ts';
import { keywordScore } from './keyword-score.ts';
import {
  type ModelRef,
  type Route,
  type RoutingPolicy,
  type RoutingRequest,
  withinLatency,
} from './route.ts';

function ref(
  provider: string,
  model: string,
  contextTokens: number | null,
  latencyMs: number | null,
): ModelRef {
  return { provider, model, contextTokens, latencyMs };
}

const GPT_41 = ref('openai', 'gpt-4.1', 128_000, 45);
const SONNET_45 = ref('anthropic', 'claude-sonnet-4.5', 128_000, 52);
const OPUS_47 = ref('anthropic', 'claude-opus-4.7', 200_000, 2800);
const FLASH_25 = ref('google', 'gemini-2.5-flash', 128_000, 28);
const DEEPSEEK_V32 = ref('deepseek', 'deepseek-v3.2', 128_000, 35);
const DEEPSEEK_V4_PRO = ref('deepseek', 'deepseek-v4-pro', 128_000, 1200);
const DEEPSEEK_V4_FLASH = ref('deepseek', 'deepseek-v4-flash', null, null);
const DEEPSEEK_CODER = ref('deepseek', 'deepseek-coder', null, null);
const DEEPSEEK_REASONER = ref('deepseek', 'deepseek-reasoner', null, null);
const QWEN3_8B = ref('qwen', 'Qwen/Qwen3-8B', null, null);
const QWEN3_32B = ref('qwen', 'Qwen/Qwen3-32B', null, null);
const QWEN_MT_TURBO = ref('qwen', 'Qwen-MT-Turbo', null, null);

function toOneOf(...models: ModelRef[]): Route {
  return { models, certainty: 'needs_test' };
}

/** What every source leaves to its caller, and a log does not hold. */
const BY_TASK =
  "A log's calls go by the task of their tag, or else of the classifier, however sure.";

function preset(
  id: string,
  { note, differs }: Pick<RoutingPolicy, 'note'> & { readonly differs: string },
  route: (request: RoutingRequest) => Route,
): RoutingPolicy {
  return {
    id,
    note,
    differs: `${BY_TASK} ${differs}`,
    certainty: 'needs_test',
    route: (request) => (request.target.operation === 'chat' ? route(request) : null),
  };
}

/** A page's task names, read through the aliases of `domain/task.ts`. */
function byTask<T>(rows: Readonly<Record<string, T>>): ReadonlyMap<Task, T> {
  return new Map(
    Object.entries(rows).map(([name, value]) => {
      const task = parseTask(name);
      if (task === null) throw new Error(`no task is called ${name}`);
      return [task, value];
    }),
  );
}

/** How many of the words stand in the prompt; 0 without a prompt. */
function countWords(prompt: string | undefined, words: readonly string[]): number {
  if (prompt === undefined) return 0;
  const lower = prompt.toLowerCase();
  return words.filter((word) => lower.includes(word)).length;
}

/** What the score of `a2` comes to when a prompt uses its task's own keywords. */
const A2_SCORES = byTask({
  complex_reasoning: 0.65,
  analysis: 0.55,
  code: 0.55,
  translation: 0.1,
  summary: 0.05,
});

/** Priority, else complexity score: four models in four steps. */
export function a2Policy(): RoutingPolicy {
  const top = toOneOf(SONNET_45);
  const high = toOneOf(GPT_41);
  const medium = toOneOf(FLASH_25);
  const low = toOneOf(DEEPSEEK_V32);
  const note =
    'By priority or a keyword score: critical or above .9 to claude-sonnet-4.5, high or above .7 to ' +
    'gpt-4.1, medium or above .4 to gemini-2.5-flash, the rest to deepseek-v3.2.';
  const differs =
    'In the article a score of words in the prompt decides; the ledger keeps no prompt, so here the ' +
    'task stands for its level: reasoning (.65), analysis and code (.55) are medium, everything else ' +
    'is low. No call has a priority, so none goes to gpt-4.1 or claude-sonnet-4.5.';
  return preset('a2', { note, differs }, ({ task, priority, complexity, prompt }) => {
    const told = prompt === undefined ? null : keywordScore(prompt);
    const score = complexity ?? told ?? A2_SCORES.get(task) ?? 0;
    if (priority === 'critical' || score > 0.9) return top;
    if (priority === 'high' || score > 0.7) return high;
    return priority === 'medium' || score > 0.4 ? medium : low;
  });
}

const B2_WORDS = [
  'analysiere',
  'vergleiche',
  'evaluiere',
  'entwickle',
  'detailed',
  'complex',
  'architect',
  'design',
];

/** Task type to a pool of two; the cheaper within the caller's latency limit is taken. */
export function b2Policy(): RoutingPolicy {
  const fast = toOneOf(DEEPSEEK_V32, FLASH_25);
  const quality = toOneOf(GPT_41, SONNET_45);
  const balanced = toOneOf(FLASH_25, DEEPSEEK_V32);
  const last = toOneOf(DEEPSEEK_V32);
  const pools = byTask({
    greeting: fast,
    simple_qa: fast,
    translation: fast,
    analysis: quality,
    creative: quality,
  });
  const note =
    'Greetings, simple questions and translation to deepseek-v3.2 or gemini-2.5-flash; analysis, ' +
    'prose or three of eight demanding words to gpt-4.1 or claude-sonnet-4.5; the rest balanced. The ' +
    "cheapest of a pool within the caller's latency limit is taken.";
  const differs =
    'In the article the demanding words are counted in the prompt and a caller may set a latency ' +
    'limit; the ledger keeps neither, so here the task alone decides. Greetings are all of the task ' +
    'chat, simple questions all of qa.';
  return preset('b2', { note, differs }, ({ task, prompt, maxLatencyMs }) => {
    const demanding = countWords(prompt, B2_WORDS) >= 3;
    const pool = pools.get(task) ?? (demanding ? quality : balanced);
    if (maxLatencyMs === undefined) return pool;
    const models = withinLatency(pool.models, maxLatencyMs);
    return models.length === 0 ? last : { ...pool, models };
  });
}

/** Task to model, three steps. */
export function c2Policy(): RoutingPolicy {
  const low = toOneOf(DEEPSEEK_V32);
  const medium = toOneOf(FLASH_25);
  const high = toOneOf(GPT_41);
  const models = byTask({
    classification: low,
    extraction: low,
    summarization: low,
    translation: medium,
    analysis: medium,
    reasoning: high,
    creative: high,
  });
  const note =
    'Classification, extraction and summaries to deepseek-v3.2, translation and analysis to ' +
    'gemini-2.5-flash, reasoning and prose to gpt-4.1, unknown tasks to gemini-2.5-flash.';
  const differs =
    "In the article the caller names the task. The article's temperatures and limits of output are " +
    'not applied: the tokens stay as logged.';
  return preset('c2', { note, differs }, ({ task }) => models.get(task) ?? medium);
}

const D1_CRITICAL = [
  'analysiere',
  'bewerte',
  'komplexe',
  'mehrstufig',
  'reasoning',
  'begründe',
  'strategie',
  'evaluation',
];
const D1_HIGH = ['erkläre', 'vergleiche', 'summiere', 'kategorisiere'];
/** The tasks that are one of the critical words. */
const D1_CRITICAL_TASKS: ReadonlySet<Task> = new Set(['analysis', 'reasoning']);

/** Keyword tiers: critical and high words counted. */
export function d1Policy(): RoutingPolicy {
  const top = toOneOf(OPUS_47);
  const high = toOneOf(SONNET_45);
  const standard = toOneOf(DEEPSEEK_V4_PRO);
  const budget = toOneOf(DEEPSEEK_V32);
  const note =
    'Two critical words to claude-opus-4.7, one critical or two high words to claude-sonnet-4.5, the ' +
    'rest to deepseek-v4-pro; priority low asks for deepseek-v3.2.';
  const differs =
    'In the article German words in the prompt decide; the ledger keeps no prompt, so here the tasks ' +
    'analysis and reasoning count as one critical word and every other task as none: nothing goes to ' +
    'claude-opus-4.7, and nothing is asked to go to deepseek-v3.2.';
  return preset('d1', { note, differs }, ({ task, prompt, priority }) => {
    if (priority === 'low') return budget;
    const assumed = prompt === undefined && D1_CRITICAL_TASKS.has(task) ? 1 : 0;
    const critical = countWords(prompt, D1_CRITICAL) + assumed;
    if (critical >= 2) return top;
    return critical === 1 || countWords(prompt, D1_HIGH) >= 2 ? high : standard;
  });
}

/** Task to a specialised small model. */
export function e3Policy(): RoutingPolicy {
  const small = toOneOf(QWEN3_8B);
  const models = byTask({
    simple_qa: small,
    classification: small,
    summarization: toOneOf(QWEN3_32B),
    translation: toOneOf(QWEN_MT_TURBO),
    code_generation: toOneOf(DEEPSEEK_CODER),
    complex_reasoning: toOneOf(DEEPSEEK_REASONER),
  });
  const fallback = toOneOf(DEEPSEEK_V4_FLASH);
  const note =
    'Simple questions and classification to Qwen3-8B, summaries to Qwen3-32B, translation to ' +
    'Qwen-MT-Turbo (its source gives no price, so such calls stay), code to deepseek-coder, reasoning ' +
    'to deepseek-reasoner, the rest to deepseek-v4-flash.';
  const differs =
    'In the article the caller names the task. Simple questions are all of the task qa, complex ' +
    'reasoning all of reasoning.';
  return preset('e3', { note, differs }, ({ task }) => models.get(task) ?? fallback);
}

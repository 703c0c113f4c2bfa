/**
 * What `aicost simulate optimize` searches among: models, their facts, limits.
 *
 * Takes what is replayed and the limits, gives the world of the search. Never a candidate without a price.
 */
import { usageError } from '../errors.ts';
import { modelName } from '../policy/model-family.ts';
import type { PlainMap } from '../policy/preset-rules.ts';
import type { Certainty } from '../policy/route.ts';
import { type ModelFacts, NO_FACTS } from '../policy/section-models.ts';
import { cheaperSibling } from '../policy/siblings.ts';
import { type LogModel, logModels } from '../simulate/log-models.ts';
import { latencyIn } from '../simulate/model-latency.ts';
import type { DraftRule } from '../simulate/policy-draft.ts';
import { seededRandom } from '../simulate/random.ts';
import type { MoveWorld } from '../simulate/search-moves.ts';
import type { Parts } from '../simulate/simulate.ts';
import { answersNothingIn, hasPriceIn } from './policy-prices.ts';
import { POLICY_NAME } from './simulate-optimize-file.ts';
import type { Subject } from './simulate-subject.ts';

/** What is asked of a search. */
interface Asked {
  readonly maxLoss: number | null;
  readonly allow: Certainty;
  readonly parts: Parts;
  /** Names as typed; null: siblings of the log's models. */
  readonly candidates: string | null;
}

/** More models to go to make a search slow, and a policy nobody reads. */
const MOST_DESTINATIONS = 30;

/** The world of a search. Throws UserError for a candidate without a price. */
export function searchWorld(subject: Subject, asked: Asked): MoveWorld {
  const { table, book, quality, semantic, policy, latencies, maxLatencyMs, seed } = subject;
  const known = destinationsOf(subject, asked);
  const stated = (model: string) => policy.models?.get(model) ?? NO_FACTS;
  const latencyOf = (model: string) =>
    stated(model).latencyMs ?? (latencies === null ? null : latencyIn(latencies, model));
  return {
    ...{ table, pricer: book, quality, semantic, maxLatencyMs, latencyOf },
    ...{ maxLoss: asked.maxLoss, allow: asked.allow, parts: asked.parts },
    maxFalseHits: policy.semantic_cache?.maxFalseHits ?? null,
    embed: policy.semantic_cache?.embed ?? null,
    limitsOf: subject.limitsOf,
    random: () => seededRandom(seed),
    destinations: [...known.keys()],
    facts: {
      name: POLICY_NAME,
      factsOf(model) {
        const facts = stated(model);
        const besides = known.get(model) ?? NO_FACTS;
        return plainFacts({
          ...facts,
          provider: facts.provider ?? besides.provider,
          contextTokens: facts.contextTokens ?? besides.contextTokens,
          latencyMs: latencyOf(model),
        });
      },
      scoresOf: (rules) => scoresOf(subject, rules),
    },
  };
}

type Known = Pick<ModelFacts, 'provider' | 'contextTokens'>;

/** The models calls may go to, with what is known of each: those of the log, then the others. */
function destinationsOf(
  { table, book, policy }: Subject,
  { parts, candidates }: Asked,
): ReadonlyMap<string, Known> {
  const log = logModels(table, parts).map((one) => ({ ...one, contextTokens: null }));
  const others = candidates === null ? siblingsOf(log) : namesOf(candidates);
  const hasPrice = hasPriceIn(book);
  const answersNothing = answersNothingIn(book);
  const known = new Map<string, Known>();
  const families = new Set<string>();
  for (const { model, provider, contextTokens } of [...others, ...log]) {
    const own = policy.models?.get(model)?.provider ?? provider;
    const isPriced = hasPrice(model, own);
    if (candidates !== null && others.some((one) => one.model === model)) {
      const isForChats = !isPriced || !answersNothing(model, own);
      refuseCandidate(model, { isPriced, isForChats });
    }
    const { family } = modelName(model);
    if (!isPriced || families.has(family) || known.size === MOST_DESTINATIONS) continue;
    families.add(family);
    known.set(model, { provider: own === '' ? null : own, contextTokens });
  }
  return known;
}

function refuseCandidate(
  model: string,
  { isPriced, isForChats }: { readonly isPriced: boolean; readonly isForChats: boolean },
): void {
  if (!isPriced) {
    const hint = `aicost prices match ${model} says what is known; --price or --prices add one`;
    throw usageError(`--candidates ${model}: it has no price`, hint);
  }
  if (!isForChats) {
    const hint = 'name models that answer chats; --price adds a price for the output';
    throw usageError(`--candidates ${model}: it has no price for answers, as embeddings do`, hint);
  }
}

interface Named {
  readonly model: string;
  readonly provider: string;
  readonly contextTokens: number | null;
}

function siblingsOf(log: readonly LogModel[]): Named[] {
  const inLog = new Set(log.map(({ family }) => family));
  return log
    .flatMap(({ provider, model }) => cheaperSibling(provider, model) ?? [])
    .filter(({ model }) => !inLog.has(modelName(model).family));
}

function namesOf(candidates: string): Named[] {
  const names = candidates.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) {
    return names.map((model) => ({ model, provider: '', contextTokens: null }));
  }
  throw usageError(`--candidates '${candidates}' has an empty name`, 'give names such as a,b,c');
}

function plainFacts(facts: ModelFacts): PlainMap {
  const all = {
    provider: facts.provider,
    context_tokens: facts.contextTokens,
    latency_ms: facts.latencyMs,
    tools: facts.tools,
    images: facts.images,
    json: facts.json,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** The user's own scores that the rules rest on: the file is to say the same without --quality. */
function scoresOf({ quality }: Subject, rules: readonly DraftRule[]): PlainMap | null {
  const scores: Record<string, Record<string, number>> = {};
  for (const { task, from, to } of rules) {
    for (const model of [from, ...(to === null ? [] : [to])]) {
      const own = quality.of(task, model);
      if (own?.basis !== 'yours') continue;
      const known = scores[model] ?? {};
      known[task] = own.score;
      scores[model] = known;
    }
  }
  return Object.keys(scores).length === 0 ? null : scores;
}

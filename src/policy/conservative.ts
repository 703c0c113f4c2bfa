/**
 * The default policy: commodity tasks go to the cheaper sibling of the model they used.
 *
 * Takes requests, gives routes within one vendor and generation. Never routes a task the classifier
 * is unsure of, code, reasoning, analysis, prose or embeddings.
 */
import { isCommodity } from '../domain/task.ts';
import type { Route, RoutingPolicy, RoutingRequest } from './route.ts';
import { cheaperSibling } from './siblings.ts';

/** Below this a task label is not acted on. */
export const MIN_CONFIDENCE = 60;
/** From this on a route is likely to lose nothing; below it needs a test. */
const LIKELY_CONFIDENCE = 80;

interface Pair {
  readonly likely: Route;
  readonly needsTest: Route;
}

/** The policy `conservative`, with its own memory of one entry per distinct model. */
export function conservativePolicy(): RoutingPolicy {
  const byProvider = new Map<string, Map<string, Pair | null>>();
  const pairFor = (provider: string, model: string): Pair | null => {
    const models = byProvider.get(provider) ?? new Map<string, Pair | null>();
    const known = models.get(model);
    if (known !== undefined) return known;
    const pair = pairOf(provider, model);
    byProvider.set(provider, models.set(model, pair));
    return pair;
  };
  return {
    id: 'conservative',
    note:
      `Commodity tasks labelled with confidence ${MIN_CONFIDENCE} or more go to the cheaper model of ` +
      'the same vendor and generation; everything else stays. Published tests find small models ' +
      'within 4 % of large ones on FAQ, classification and summaries, and far behind on code and ' +
      'multi-step reasoning.',
    differs: null,
    certainty: 'likely',
    route(request) {
      if (!isRoutable(request)) return null;
      const pair = pairFor(request.target.provider, request.target.model);
      if (pair === null) return null;
      return request.taskConfidence >= LIKELY_CONFIDENCE ? pair.likely : pair.needsTest;
    },
  };
}

/** Whether a request is a commodity task, labelled surely enough to act on. */
function isRoutable({ task, taskConfidence, target }: RoutingRequest): boolean {
  return taskConfidence >= MIN_CONFIDENCE && target.operation === 'chat' && isCommodity(task);
}

function pairOf(provider: string, model: string): Pair | null {
  const sibling = cheaperSibling(provider, model);
  if (sibling === null) return null;
  const models = [sibling];
  return {
    likely: { models, certainty: 'likely' },
    needsTest: { models, certainty: 'needs_test' },
  };
}

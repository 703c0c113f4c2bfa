/**
 * Which model of the catalogue a logged name means.
 *
 * Takes an index of the catalogue, a provider's spelling and a name; gives the model and how it was
 * found, or why none was accepted. Never a cousin: an unknown name stays unknown.
 */
import type { MatchLogic, ModelInfo, Provider } from '@pydantic/genai-prices';
import { type ParsedName, parseModelName, type Spelling } from '../domain/model-names.ts';
import { FIRST_PARTY, isLocalProvider, PASS_THROUGH, providerId } from '../domain/providers.ts';
import type { MatchKind, UnpricedReason } from './book.ts';
import { equalsOf, isOpenRule, ruleAccepts } from './rules.ts';

/** One model of one provider, as the catalogue holds it. */
export interface CatalogueModel {
  readonly provider: string;
  readonly info: ModelInfo;
}

interface ProviderIndex {
  readonly exact: ReadonlyMap<string, CatalogueModel>;
  readonly open: readonly (readonly [rule: MatchLogic, model: CatalogueModel])[];
  readonly fallbacks: readonly string[];
}

/** The catalogue by provider, ready to be asked; in the catalogue's order. */
export type CatalogueIndex = ReadonlyMap<string, ProviderIndex>;

/** What a name was found to be. */
export type Resolution =
  | {
      readonly how: Exclude<MatchKind, 'free' | 'alias'>;
      readonly found: CatalogueModel;
      readonly spelling: string;
      readonly steps: readonly string[];
    }
  | { readonly how: 'free'; readonly provider: string; readonly steps: readonly string[] }
  | { readonly how: 'none'; readonly reason: UnpricedReason; readonly steps: readonly string[] };

/** Indexes the catalogue's providers; the first of two equal names wins, as in the catalogue. */
export function indexCatalogue(providers: readonly Provider[]): CatalogueIndex {
  const index = new Map<string, ProviderIndex>();
  for (const provider of providers) {
    const exact = new Map<string, CatalogueModel>();
    const models = provider.models.map((info) => ({ provider: provider.id, info }));
    for (const model of models) {
      for (const name of equalsOf(model.info.match)) if (!exact.has(name)) exact.set(name, model);
    }
    for (const model of models) {
      const id = model.info.id.toLowerCase();
      if (!exact.has(id)) exact.set(id, model);
    }
    const open = models
      .filter(({ info }) => isOpenRule(info.match))
      .map((model) => [model.info.match, model] as const);
    index.set(provider.id, { exact, open, fallbacks: provider.fallback_model_providers ?? [] });
  }
  return index;
}

/** Resolves a name; `provider` is whoever sends the invoice as the log spells it, or empty. */
export function resolveModel(index: CatalogueIndex, provider: string, raw: string): Resolution {
  const parsed = parseModelName(raw);
  if (parsed === null) return { how: 'none', reason: 'no_model', steps: [] };
  const named = providerId(provider);
  const hinted = parsed.hints.map(providerId).find((id) => id !== '') ?? '';
  const local = named === '' && [provider, ...parsed.hints].find(isLocalProvider);
  if (local) return { how: 'free', provider: local, steps: ['runs on your own machine'] };
  const payer = named === '' ? hinted : named;
  if (parsed.variant === 'free' && (payer === 'openrouter' || named === '')) {
    return { how: 'free', provider: payer, steps: ['`:free` variant'] };
  }
  const found = searchInOrder(index, payer, named, parsed);
  if (found !== null) return found;
  return {
    how: 'none',
    reason: parsed.isFineTune ? 'fine_tune' : 'unknown_model',
    steps: tried(parsed),
  };
}

function searchInOrder(
  index: CatalogueIndex,
  payer: string,
  named: string,
  parsed: ParsedName,
): Resolution | null {
  const own = search(index, [payer], parsed.spellings);
  if (own !== null) return own;
  const bare = withoutPaths(parsed);
  const fallback = search(index, index.get(payer)?.fallbacks ?? [], bare);
  if (fallback !== null) return noted(fallback, payer);
  if (payer === '' || PASS_THROUGH.has(payer)) {
    const makers = [
      ...parsed.hints.map(providerId).filter((id) => FIRST_PARTY.includes(id)),
      ...FIRST_PARTY,
    ];
    const maker = search(index, makers, bare);
    if (maker !== null) return noted(maker, payer);
  }
  return named === '' && !parsed.isFineTune ? searchHosts(index, parsed.spellings) : null;
}

/**
 * The forms another provider than the payer may be asked for: a path belongs to the one it names,
 * and a rule such as `contains` would find the model's name in any.
 */
function withoutPaths({ spellings, hints }: ParsedName): readonly Spelling[] {
  return hints.length === 0 ? spellings : spellings.filter(({ name }) => !name.includes('/'));
}

function noted(resolution: Resolution, payer: string): Resolution {
  if (resolution.how === 'none' || resolution.how === 'free' || payer === '') return resolution;
  const step = `not listed by ${payer}: list price of ${resolution.found.provider}`;
  return { ...resolution, steps: [...resolution.steps, step] };
}

function search(
  index: CatalogueIndex,
  providers: readonly string[],
  spellings: readonly Spelling[],
): Resolution | null {
  for (const id of providers) {
    const provider = index.get(id);
    if (provider === undefined) continue;
    for (const { name, steps } of spellings) {
      const exact = provider.exact.get(name);
      const rewritten = steps.length > 0;
      if (exact !== undefined)
        return { how: rewritten ? 'normalised' : 'exact', found: exact, spelling: name, steps };
      const ruled = provider.open.find(([rule, model]) =>
        ruleAccepts(rule, name, model.info.id.toLowerCase()),
      );
      if (ruled !== undefined)
        return { how: rewritten ? 'normalised' : 'rule', found: ruled[1], spelling: name, steps };
    }
  }
  return null;
}

/** Nobody named, no maker lists it: a host's price counts if all hosts that list it agree. */
function searchHosts(index: CatalogueIndex, spellings: readonly Spelling[]): Resolution | null {
  for (const { name, steps } of spellings) {
    if (steps.includes('without the date')) continue;
    const found = [...index.values()].flatMap((provider) => provider.exact.get(name) ?? []);
    if (found.length === 0) continue;
    const prices = new Set(found.map(({ info }) => JSON.stringify(info.prices)));
    const hosts = found.map(({ provider }) => provider).join(', ');
    if (prices.size > 1) {
      return { how: 'none', reason: 'ambiguous_provider', steps: [...steps, `listed by ${hosts}`] };
    }
    const how = steps.length > 0 ? 'normalised' : 'exact';
    const note = `no provider named: listed by ${hosts}`;
    return { how, found: found[0]!, spelling: name, steps: [...steps, note] };
  }
  return null;
}

function tried(parsed: ParsedName): string[] {
  return [`tried ${parsed.spellings.map(({ name }) => name).join(', ')}`];
}

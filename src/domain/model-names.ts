/**
 * Model names: the spellings a logged name may stand for, in the order in which to try them.
 *
 * Takes a name as a log has it; gives the name itself, then ever more rewritten forms, each with
 * its steps. Never by substring: only known prefixes, suffixes and word orders are touched.
 */
import { isKnownPrefix } from './providers.ts';

/** One form of a name, and what was done to get it; no steps: as logged, in lower case. */
export interface Spelling {
  readonly name: string;
  readonly steps: readonly string[];
}

/** A logged name taken apart. */
export interface ParsedName {
  /** Provider, gateway and maker prefixes in the name, outermost first. */
  readonly hints: readonly string[];
  /** What follows the colon of an OpenRouter name: `free`, `online`, …; empty if nothing. */
  readonly variant: string;
  readonly isFineTune: boolean;
  readonly spellings: readonly Spelling[];
}

type Cut = { name: string; hint?: string };

const NO_MODEL = new Set(['', 'null', 'none', 'undefined', 'unknown', 'n/a', '-', '<synthetic>']);
const GEO = /^(?:us|eu|apac|jp|au|ca|in|us-gov|global)\./;
const VENDOR =
  /^(anthropic|amazon|meta|mistral|cohere|openai|deepseek|qwen|google|moonshot|minimax|zai)\./;
const BEDROCK_VERSION = /-v\d+(?::\d+(?::\d+k)?)?$/;
const VARIANT = /:(free|nitro|floor|thinking|beta|online|exacto|extended)$/;
/** LiteLLM: how Bedrock is called, or where; only before one of its names, `[geo.]vendor.model`. */
const BEDROCK_PATH =
  /^(?:converse|converse_like|invoke|async_invoke|[a-z]{2}(?:-[a-z]+){1,2}-\d)\/(?=(?:converse|invoke|[a-z]{2}-[a-z-]+-\d)\/|arn:|[a-z-]+\.[a-z])/;
const VERTEX_V2 = /^(claude-3-5-sonnet)-v2(?=@|$)/;
const DATE = /[-@](20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/;

const NO_VARIANT = 'without the variant';

/** Rewriting steps, applied once each in this order; null: does not apply. */
const STEPS: readonly (readonly [step: string, cut: (name: string) => Cut | null])[] = [
  ['percent-decoded', (name) => changed(name, name.replaceAll('%3a', ':').replaceAll('%2f', '/'))],
  ['spaces as dashes', (name) => changed(name, name.replace(/\s+/g, '-'))],
  ['without the ARN', (name) => matched(/^(?:[a-z0-9_-]+\/)*arn:.*\/([^/]+)$/, name, 'bedrock')],
  ['without `publishers/…/models/`', (name) => published(name)],
  ['without `models/`', (name) => matched(/^models\/(.+)$/, name)],
  ['without the prefix', (name) => prefixed(name)],
  ['without the prefix', (name) => prefixed(name)],
  ['without the prefix', (name) => prefixed(name)],
  ['without the Bedrock path', (name) => changed(name, name.replace(BEDROCK_PATH, ''), 'bedrock')],
  ['without the Bedrock path', (name) => changed(name, name.replace(BEDROCK_PATH, ''), 'bedrock')],
  [NO_VARIANT, (name) => changed(name, name.replace(VARIANT, ''))],
  ['without the region', (name) => changed(name, name.replace(GEO, ''), 'bedrock')],
  ['without the vendor', (name) => changed(name, name.replace(VENDOR, ''), 'bedrock')],
  ['without the Bedrock version', (name) => bedrockVersion(name)],
  // Vertex calls the snapshot of 2024-10-22 `v2`; the date says the same.
  ['without the Vertex version', (name) => changed(name, name.replace(VERTEX_V2, '$1'))],
  ['without `@default`', (name) => changed(name, name.replace(/@(?:default|latest)$/, ''))],
];

function changed(name: string, next: string, hint?: string): Cut | null {
  return next === name || next === ''
    ? null
    : hint === undefined
      ? { name: next }
      : { name: next, hint };
}

function matched(pattern: RegExp, name: string, hint?: string): Cut | null {
  return changed(name, pattern.exec(name)?.[1] ?? name, hint);
}

function published(name: string): Cut | null {
  const match = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/models\/(.+)$/.exec(
    name,
  );
  return match === null ? null : { name: match[1]!, hint: 'vertex' };
}

function prefixed(name: string): Cut | null {
  const slash = name.indexOf('/');
  const prefix = name.slice(0, slash);
  return slash > 0 && slash < name.length - 1 && isKnownPrefix(prefix)
    ? { name: name.slice(slash + 1), hint: prefix }
    : null;
}

function bedrockVersion(name: string): Cut | null {
  return /-v\d+:\d/.test(name) || /-20\d{6}-v\d+$/.test(name)
    ? changed(name, name.replace(BEDROCK_VERSION, ''))
    : null;
}

/** Other usual ways to write the same model. */
function respelled(name: string): string[] {
  const dashed = name.replace(/(\d)\.(?=\d)/g, '$1-');
  const forms = [
    claudeOrder(dashed),
    dashed,
    name.replace(/-(\d)-(\d)(?=$|-)/g, '-$1.$2'),
    name.replace(/^gpt-35-/, 'gpt-3.5-'),
    name.replace(/^gemini-(\d\.\d)-(flash|pro)(-8b)?$/, 'gemini-$2-$1$3'),
  ];
  const older = /^claude-(opus|sonnet|haiku)-(\d(?:-\d{1,2})?)(?!\d)(.*)$/.exec(dashed);
  if (older !== null) forms.push(`claude-${older[2]}-${older[1]}${older[3]}`);
  return [...new Set(forms)].filter((form) => form !== name);
}

/** `claude-4-5-sonnet…` as `claude-sonnet-4-5…`; any other name unchanged. */
function claudeOrder(dashed: string): string {
  return dashed.replace(
    /^claude-(\d+(?:-\d{1,2})?)-(opus|sonnet|haiku|fable|mythos)(?=$|[-@:])/,
    'claude-$2-$1',
  );
}

/**
 * The key under which spellings of one model are equal: `claude-4.5-sonnet`, `Claude Sonnet 4.5`
 * and `claude-sonnet-4-5` share it; another model or a dated snapshot does not.
 */
export function modelKey(spelling: string): string {
  return claudeOrder(
    spelling
      .toLowerCase()
      .trim()
      .replace(/\s+/g, '-')
      .replace(/(\d)\.(?=\d)/g, '$1-'),
  );
}

/** Takes a logged model name apart; null if it names no model. */
export function parseModelName(raw: string): ParsedName | null {
  let name = raw.trim().toLowerCase();
  if (NO_MODEL.has(name)) return null;
  const variant = VARIANT.exec(name)?.[1] ?? '';
  const isFineTune = /(?:^|\/)ft:|[:.]ft-/.test(name);
  const hints: string[] = [];
  const steps: string[] = [];
  const spellings: Spelling[] = [{ name, steps: [] }];
  for (const [step, cut] of isFineTune ? STEPS.slice(5, 6) : STEPS) {
    const next = cut(name);
    if (next === null) continue;
    name = next.name;
    steps.push(step);
    if (next.hint !== undefined) hints.push(next.hint);
    if (step === NO_VARIANT && steps.length > 1) spellings.push(withoutVariant(spellings[0]!.name));
    spellings.push({ name, steps: [...steps] });
  }
  if (!isFineTune) spellings.push(...furtherSpellings(name, steps));
  return { hints, variant, isFineTune, spellings };
}

/** As logged but for the variant: OpenRouter lists its models with their makers' prefixes. */
function withoutVariant(logged: string): Spelling {
  return { name: logged.replace(VARIANT, ''), steps: [NO_VARIANT] };
}

function furtherSpellings(core: string, steps: readonly string[]): Spelling[] {
  const forms = respelled(core).map((name) => ({ name, steps: [...steps, `spelled ${name}`] }));
  const undated = [{ name: core, steps }, ...forms].flatMap((form) => {
    const name = form.name.replace(DATE, '');
    if (name === form.name) return [];
    const cut = { name, steps: [...form.steps, 'without the date'] };
    const others = respelled(name).map((other) => ({
      name: other,
      steps: [...cut.steps, `spelled ${other}`],
    }));
    return [cut, ...others];
  });
  const seen = new Set([core]);
  return [...forms, ...undated].filter(({ name }) => !seen.has(name) && seen.add(name));
}

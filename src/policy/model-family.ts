/**
 * The exact family of a model: its name without host, date and version suffixes.
 *
 * Takes a model name as logs spell it, gives its prefix and family. Never matches by substring:
 * `gpt-4o-audio-preview`, `ft:gpt-4o` and `gpt-4o-mini` are not `gpt-4o`.
 */

/** A model name taken apart: `prefix + family` is the name without its date. */
interface ModelName {
  /** Host prefix as spelled: `us.anthropic.`, `anthropic/`, `models/`; often empty. */
  readonly prefix: string;
  /** Lower case, hyphens for the dots of Claude versions, no date. */
  readonly family: string;
}

const PREFIX =
  /^(?:models\/|publishers\/[a-z0-9-]+\/models\/|(?:(?:us|eu|apac|jp|au|ca|us-gov|global)\.)?(?:anthropic|amazon|mistral|cohere|openai)\.|(?:openrouter\/)?(?:openai|azure|anthropic|google|vertex_ai|mistralai|mistral|amazon|cohere|x-ai)\/)/;
/** Dates as vendors write them, aliases of "the newest", Bedrock versions, Gemini's `-001`. */
const SUFFIXES: readonly RegExp[] = [
  /-v\d+:\d+(?::\d+k)?$/,
  /@(?:default|latest|20\d{6})$/,
  /-latest$/,
  /-20\d{2}-\d{2}-\d{2}$/,
  /-20\d{6}$/,
];
/** Month and day (`gpt-4-0613`), year and month (`mistral-large-2411`): only for these vendors. */
const FOUR_DIGITS = /^((?:gpt|mistral)-.+)-\d{4}(?:-preview)?$/;
const STABLE_GEMINI = /^(gemini-.+)-0\d{2}$/;

/** Takes a model name apart. */
export function modelName(model: string): ModelName {
  const lower = model.trim().toLowerCase();
  const prefix = PREFIX.exec(lower)?.[0] ?? '';
  let family = lower.slice(prefix.length);
  for (const suffix of SUFFIXES) family = family.replace(suffix, '');
  family = family.replace(FOUR_DIGITS, '$1').replace(STABLE_GEMINI, '$1');
  return { prefix, family: family.startsWith('claude-') ? claudeFamily(family) : family };
}

/** `claude-4.5-sonnet`, `claude-sonnet-4.5` → `claude-sonnet-4-5`; before 4 the number comes first. */
function claudeFamily(family: string): string {
  const dashed = family.replaceAll('.', '-');
  const match = /^claude-(\d+(?:-\d+)?)-(opus|sonnet|haiku)$/.exec(dashed);
  if (match === null || /^3(?:-|$)/.test(match[1]!)) return dashed;
  return `claude-${match[2]}-${match[1]}`;
}

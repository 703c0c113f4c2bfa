/**
 * What a request says of its tokens besides its messages.
 *
 * Takes a request, gives the texts that are written into the prompt beside them, and whether tokens
 * are billed that stand nowhere in the log. Looked at only where a call has no counts.
 */
import { compactText, type Fields, type Json, parseJson, Raw } from './json.ts';
import { K } from './keys.ts';
import { isEmpty } from './prompt.ts';

/** Members that put into a prompt what the request itself does not hold. */
const ELSEWHERE =
  /^(previous_?response_?id|conversation|cached_?content|plugins|web_?search_?options|mcp_?servers|data_?sources|documents|connectors)$/i;
const THINKING = /think|reason/i;
const NO_THINKING = /^(null|false|0|"none"|"disabled"|"off")$|"(type|effort)":\s*"(disabled|none)"/;
/** Anthropic writes some 200 tokens of its own around the schema of an answer. */
const OUTPUT_FORMAT = /^output_?(format|config)$/i;
const TOOL_CONFIG = /^tool_?config$/i;

/** Whether the prompt holds more than the request: an earlier answer, a search, a provider's tool. */
export function hasMoreElsewhere(request: Fields): boolean {
  const rest = restOf(request);
  if (rest.some(([name, value]) => ELSEWHERE.test(name) && !isEmpty(value))) return true;
  if (rest.some(([name, value]) => OUTPUT_FORMAT.test(name) && hasSchema(value))) return true;
  const tools = request.get(K.tools);
  const list = tools instanceof Raw ? parseJson(tools.toString()) : undefined;
  return Array.isArray(list) && !list.every(isOwnTool);
}

/** A tool that its caller runs: it has a schema. */
function isOwnTool(tool: unknown): boolean {
  if (typeof tool !== 'object' || tool === null) return false;
  const { type = 'function' } = tool as { type?: unknown };
  return (
    (type === 'function' || type === 'custom') && Object.keys(tool).some((key) => OWN.test(key))
  );
}

const OWN =
  /^(function|parameters|parameter_definitions|input_?schema|toolSpec|function_?declarations|custom)$/i;

/** Whether it asks for thoughts, which are billed and often not logged. */
export function asksToThink(request: Fields): boolean {
  const told = request.get(K.reasoning);
  if (told instanceof Raw && !NO_THINKING.test(compact(told))) return true;
  return restOf(request).some(
    ([name, value]) => THINKING.test(name) && !NO_THINKING.test(compact(value)),
  );
}

/** Tools, functions and the schema of the answer as JSON; null if there are none. */
export function toolsOf(request: Fields): string | null {
  const rest = restOf(request);
  const tools = [request.get(K.tools), request.get(K.functions)];
  const config = rest.find(([name]) => TOOL_CONFIG.test(name))?.[1];
  const texts = [...tools, config]
    .filter((value) => value instanceof Raw)
    .filter((value) => !isEmpty(value))
    .map(compact);
  const formats = [
    request.get(K.response_format),
    request.fields(K.text)?.rest?.find(([name]) => name === 'format')?.[1],
  ];
  texts.push(...formats.filter(hasSchema).map(compact));
  return texts.length === 0 ? null : texts.join('\n');
}

function hasSchema(format: Json | undefined): format is Raw {
  return format instanceof Raw && format.toString().includes('"schema"');
}

function restOf(request: Fields): readonly (readonly [string, Raw])[] {
  return request.rest ?? [];
}

/** The blanks of a log are not those of the request. */
function compact(raw: Raw): string {
  return compactText(raw) ?? raw.toString();
}

/**
 * The policy file: the text of one YAML (or JSON) file → a policy, section by section.
 *
 * Takes text, gives what each section says; a section that is absent is null. Throws UserError with
 * file and line for what it does not know. Never reads a file, and never fills in a default.
 */
import { isMap, LineCounter, parseDocument } from 'yaml';
import { EXIT, UserError } from '../errors.ts';
import { FileValue } from './file-value.ts';
import { parseBatchTier } from './section-batch-tier.ts';
import { parseCache } from './section-cache.ts';
import { parseCascade } from './section-cascade.ts';
import { parseCascadeSplit } from './section-cascade-split.ts';
import { parseCompression } from './section-compression.ts';
import { parseFallback } from './section-fallback.ts';
import { parseGateway } from './section-gateway.ts';
import { parseLevers } from './section-levers.ts';
import { parseModels } from './section-models.ts';
import { parseOutputCaps } from './section-output-caps.ts';
import { parsePromptCache } from './section-prompt-cache.ts';
import { parseQuality } from './section-quality.ts';
import { parseRetries } from './section-retries.ts';
import { parseRouting } from './section-routing.ts';
import { parseSemanticCache } from './section-semantic-cache.ts';
import { parseTrimming } from './section-trimming.ts';

/** A new section is one file and one line here: its key and its parser. */
const SECTIONS = {
  routing: parseRouting,
  models: parseModels,
  fallback: parseFallback,
  cascade: parseCascade,
  cache: parseCache,
  output_caps: parseOutputCaps,
  levers: parseLevers,
  semantic_cache: parseSemanticCache,
  prompt_cache: parsePromptCache,
  cascade_split: parseCascadeSplit,
  compression: parseCompression,
  batch_tier: parseBatchTier,
  retries: parseRetries,
  gateway: parseGateway,
  trimming: parseTrimming,
  quality: parseQuality,
} as const;

type Sections = typeof SECTIONS;

/** What a policy file says; null: it has no such section. */
export type PolicyFile = {
  readonly [Key in keyof Sections]: ReturnType<Sections[Key]> | null;
} & {
  /** Its `name`, else the file's. */
  readonly name: string;
};

const KEYS = Object.keys(SECTIONS) as (keyof Sections)[];

/** A policy that says nothing but which preset routes. */
export function presetPolicy(preset: string): PolicyFile {
  return {
    ...nothing(),
    name: preset,
    routing: { preset, rules: [], otherwise: null },
  };
}

function nothing(): PolicyFile {
  return Object.fromEntries(KEYS.map((key) => [key, null])) as unknown as PolicyFile;
}

/** Reads the text of a policy file; `name` is the file's, for messages. Throws UserError. */
export function parsePolicyFile(text: string, name: string): PolicyFile {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ''), { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    const what = error.message.split('\n', 1)[0]?.replace(/ at line .*$/, '') ?? '';
    throw new UserError(
      EXIT.usage,
      `${name}:${line}: ${what}`,
      'a policy is one YAML or JSON file: docs/policies.md shows one',
      { cause: error },
    );
  }
  if (!isMap(document.contents)) {
    const hint = `keys of a policy: name, ${KEYS.join(', ')}`;
    throw new UserError(EXIT.usage, `${name}:1: a policy is a mapping, this is none`, hint);
  }
  // `{}` says that all is to stay as it is; an empty file says nothing, and is a mistake.
  if (document.contents.items.length === 0) return { ...nothing(), name };
  const root = new FileValue({ name, lines, document }, '', document.contents, 0);
  return readSections(root, name);
}

function readSections(root: FileValue, fileName: string): PolicyFile {
  const members = root.members(['name', ...KEYS]);
  const name = members.get('name')?.text() ?? fileName;
  const sections = KEYS.map((key) => {
    const value = members.get(key);
    return [key, value === undefined ? null : SECTIONS[key](value)];
  });
  return { ...(Object.fromEntries(sections) as PolicyFile), name };
}

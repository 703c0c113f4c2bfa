/**
 * Families: how the vocabularies of other makers compare with o200k_base.
 *
 * Takes the name of a family, gives its factors by script, what its chat template adds, and the error
 * to expect. The numbers come from `scripts/calibrate-tokens.mjs`; docs/tokens.md says on what data.
 */

/** What is known about a family of models that share a vocabulary. */
export interface Family {
  /** Tokens for one of o200k_base, in the order of SCRIPTS. */
  readonly factors: readonly number[];
  /** Nine texts of ten are nearer to their true count than this share of it. */
  readonly errorShare: number;
  readonly perMessage: number;
  readonly perReply: number;
  /** What a provider bills of an answer besides its text: the marks around it. */
  readonly perAnswer: number;
  /** How far off the template of a chat may be where the texts are exact. */
  readonly templateErrorShare?: number;
  /** What the mere presence of tools adds, and tokens for each one of their definitions' JSON. */
  readonly toolsFixed: number;
  readonly toolsShare: number;
}

/** OpenAI's own models, beside their encodings: the template of the cookbook. */
const OPENAI_CHAT = { perMessage: 4, perReply: 3, perAnswer: 0, toolsFixed: 10, toolsShare: 0.6 };
const TEMPLATE_GUESSED = 0.05;
const SAME = [1, 1, 1, 1, 1, 1];

const TABLE = {
  openai: { factors: SAME, errorShare: 0.1, ...OPENAI_CHAT },
  'openai-reasoning': {
    factors: SAME,
    errorShare: 0.1,
    ...OPENAI_CHAT,
    ...{ perReply: 2, perAnswer: 4, templateErrorShare: TEMPLATE_GUESSED },
  },
  'gpt-oss': {
    factors: SAME,
    errorShare: 0.1,
    ...OPENAI_CHAT,
    ...{ perReply: 63, perAnswer: 4, templateErrorShare: TEMPLATE_GUESSED },
  },
  claude: {
    factors: [1.12, 2.33, 1.49, 0.73, 1.17, 1.24],
    errorShare: 0.25,
    ...{ perMessage: 4, perReply: 3, perAnswer: 3, toolsFixed: 400, toolsShare: 1.5 },
  },
  'claude-5': {
    factors: [1.39, 2.89, 1.85, 0.91, 1.45, 1.54],
    errorShare: 0.3,
    ...{ perMessage: 4, perReply: 3, perAnswer: 3, toolsFixed: 400, toolsShare: 2 },
  },
  gemini: {
    factors: [1, 0.98, 0.87, 1.51, 1.21, 1.26],
    errorShare: 0.2,
    ...{ perMessage: 0, perReply: 0, perAnswer: 0, toolsFixed: 0, toolsShare: 0.8 },
  },
  llama: {
    factors: [1.01, 1.54, 1.05, 1.06, 1, 0.98],
    errorShare: 0.15,
    ...{ perMessage: 5, perReply: 30, perAnswer: 1, toolsFixed: 50, toolsShare: 1.5 },
  },
  // Its hosts write long instructions beside tools: 22 calls at Groq had about 610 tokens more.
  'llama-4': {
    factors: [1.01, 1.54, 1.05, 1.06, 1, 0.98],
    errorShare: 0.15,
    ...{ perMessage: 5, perReply: 30, perAnswer: 1, toolsFixed: 610, toolsShare: 1.5 },
  },
  // Its template has no preamble with dates yet.
  'llama-3': {
    factors: [1.01, 1.54, 1.05, 1.06, 1, 0.98],
    errorShare: 0.15,
    ...{ perMessage: 5, perReply: 5, perAnswer: 1, toolsFixed: 50, toolsShare: 1.5 },
  },
  'llama-2': {
    factors: [1.11, 1.88, 1.49, 1.35, 1.3, 1.49],
    errorShare: 0.2,
    ...{ perMessage: 4, perReply: 1, perAnswer: 1, toolsFixed: 50, toolsShare: 1.5 },
  },
  mistral: {
    factors: [1.05, 1.09, 1.24, 1.51, 1.02, 1.08],
    errorShare: 0.2,
    ...{ perMessage: 2, perReply: 1, perAnswer: 0, toolsFixed: 0, toolsShare: 1.4 },
  },
  'mistral-2023': {
    factors: [1.13, 1.85, 1.51, 1.35, 1.29, 1.5],
    errorShare: 0.2,
    ...{ perMessage: 3, perReply: 1, perAnswer: 1, toolsFixed: 0, toolsShare: 1.4 },
  },
  deepseek: {
    factors: [1.01, 1.6, 0.74, 1.18, 1.08, 0.95],
    errorShare: 0.2,
    ...{ perMessage: 1, perReply: 2, perAnswer: 0, toolsFixed: 200, toolsShare: 1.5 },
  },
  qwen: {
    factors: [1.01, 1.44, 0.81, 1.7, 1.02, 0.95],
    errorShare: 0.15,
    ...{ perMessage: 5, perReply: 3, perAnswer: 0, toolsFixed: 150, toolsShare: 1.3 },
  },
  nova: {
    factors: SAME,
    errorShare: 0.35,
    ...{ perMessage: 0, perReply: 0, perAnswer: 0, toolsFixed: 50, toolsShare: 1.5 },
  },
  other: {
    factors: [1.08, 1.4, 1.2, 1.3, 1.15, 1.15],
    errorShare: 0.5,
    ...{ perMessage: 4, perReply: 3, perAnswer: 0, toolsFixed: 50, toolsShare: 1.5 },
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof TABLE;

/** Every family by its name. */
export const FAMILIES: Readonly<Record<FamilyName, Family>> = TABLE;

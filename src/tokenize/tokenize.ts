/**
 * The door of tokenize: texts → how many tokens they are, and how surely.
 *
 * Takes decoded texts, or views of a log's bytes that decode themselves; gives a count that is
 * `tokenised` (the model's own encoding) or `estimated` (any other). Never `measured`, which only a
 * provider's answer is; never 0 for what it cannot count: null is unknown. Loads an encoding when a
 * text first needs it.
 */
import type { UsageBasis } from '../domain/tokens.ts';
import { type Encoding, Encodings } from './encodings.ts';
import { FAMILIES, type FamilyName } from './families.ts';
import { type Vocabulary, vocabularyOf } from './models.ts';
import { scriptShares } from './scripts.ts';

/** A string, or a view of escaped bytes that decodes itself when it is asked to. */
export interface CountableText {
  readonly length: number;
  toString(): string;
}

/** One message of a prompt. */
export interface ChatMessage {
  readonly role: string;
  readonly texts: readonly CountableText[];
  /** The `name` of its author, where there is one. */
  readonly name?: string;
  /** Whether it also holds images, sound or files. */
  readonly hasMedia?: boolean;
  /** Whether it is a call of a tool or its result: how those are written is not published. */
  readonly isOfTool?: boolean;
}

/** A whole prompt. */
export interface Chat {
  readonly messages: readonly ChatMessage[];
  /** The definitions of tools or functions as JSON text, where there are any. */
  readonly tools?: CountableText;
  /** Whether it goes without a chat template: text completions, embeddings. */
  readonly isBare?: boolean;
}

/** A count and what it rests on. */
export interface TokenCount {
  /** A whole number. */
  readonly tokens: number;
  readonly basis: Extract<UsageBasis, 'tokenised' | 'estimated'>;
  /** The encoding that was run, which is the model's own only if `tokenised`. */
  readonly encoding: Encoding;
  readonly family: FamilyName;
  /** Share of the true count by which nine of ten counts are off at most; 0 if exact. */
  readonly errorShare: number;
  /** Whether the model may have billed thoughts besides, which no text in the log shows. */
  readonly isLowerBound: boolean;
}

/** Counts; one for each thread, as it keeps what it loaded. */
export interface TokenCounter {
  /** The tokens of one text as input; null for a model that is not made for text. */
  countText(text: CountableText, model: string): TokenCount | null;
  /** The tokens of a prompt with what the chat template adds; null if they cannot be known. */
  countChat(chat: Chat, model: string): TokenCount | null;
  /** The tokens of an answer; without the thoughts of a model that thinks. */
  countAnswer(text: CountableText, model: string): TokenCount | null;
}

/** Error of the rules for tools, which every provider writes into the prompt in its own way. */
const TOOLS_ERROR = 0.5;
/** Error of a prompt with calls of tools and their results: 99 tokens were billed for 69. */
const CALLS_ERROR = 0.3;
/** A name costs one token besides its own. */
const PER_NAME = 1;
const NO_TEMPLATE = { perMessage: 0, perReply: 0, templateErrorShare: 0 };

/** Makes a counter that has loaded nothing yet. */
export function createTokenCounter(): TokenCounter {
  const encodings = new Encodings();
  const known = rememberVocabularies();
  const tokensOf = (text: CountableText, vocabulary: Vocabulary): number =>
    rawTokens(encodings, text.toString(), vocabulary);

  return {
    countText(text, model) {
      const vocabulary = known(model);
      return vocabulary === null ? null : counted(vocabulary, tokensOf(text, vocabulary));
    },
    countChat(chat, model) {
      const vocabulary = known(model);
      if (vocabulary === null || chat.messages.some(({ hasMedia }) => hasMedia === true)) {
        return null;
      }
      const tools = chat.tools === undefined ? 0 : toolTokens(encodings, chat.tools, vocabulary);
      const template = chat.isBare === true ? NO_TEMPLATE : FAMILIES[vocabulary.family];
      let tokens = template.perReply;
      for (const { texts, name } of chat.messages) {
        tokens += template.perMessage;
        for (const text of texts) tokens += tokensOf(text, vocabulary);
        if (name !== undefined) tokens += PER_NAME + tokensOf(name, vocabulary);
      }
      const count = counted(vocabulary, tokens);
      const errorShare = Math.max(count.errorShare, template.templateErrorShare ?? 0);
      const isOfTools = chat.messages.some(({ isOfTool }) => isOfTool === true);
      const whole = isOfTools ? ofTools(count, errorShare) : { ...count, errorShare };
      return withTools(whole, tools);
    },
    countAnswer(text, model) {
      const vocabulary = known(model);
      if (vocabulary === null) return null;
      const { perAnswer } = FAMILIES[vocabulary.family];
      const count = counted(vocabulary, perAnswer + tokensOf(text, vocabulary));
      return vocabulary.mayThink ? { ...count, basis: 'estimated', isLowerBound: true } : count;
    },
  };
}

/** Logs name few models, but name them on each line. */
function rememberVocabularies(): (model: string) => Vocabulary | null {
  const limit = 1_000;
  const found = new Map<string, Vocabulary | null>();
  return (model) => {
    let vocabulary = found.get(model);
    if (vocabulary === undefined) {
      vocabulary = vocabularyOf(model);
      if (found.size >= limit) found.clear();
      found.set(model, vocabulary);
    }
    return vocabulary;
  };
}

/** Not rounded: a prompt is many texts, and is rounded once. */
function rawTokens(encodings: Encodings, text: string, vocabulary: Vocabulary): number {
  const tokens = encodings.count(text, vocabulary.encoding);
  if (vocabulary.isExact) return tokens;
  const { factors } = FAMILIES[vocabulary.family];
  const shares = scriptShares(text);
  return tokens * shares.reduce((sum, share, kind) => sum + share * factors[kind]!, 0);
}

function toolTokens(encodings: Encodings, tools: CountableText, vocabulary: Vocabulary): number {
  const { toolsFixed, toolsShare } = FAMILIES[vocabulary.family];
  return toolsFixed + toolsShare * encodings.count(tools.toString(), vocabulary.encoding);
}

function ofTools(count: TokenCount, errorShare: number): TokenCount {
  return { ...count, basis: 'estimated', errorShare: Math.max(errorShare, CALLS_ERROR) };
}

function withTools(count: TokenCount, tools: number): TokenCount {
  if (tools === 0) return count;
  const tokens = Math.round(count.tokens + tools);
  const error = count.errorShare * count.tokens + TOOLS_ERROR * tools;
  return { ...count, tokens, basis: 'estimated', errorShare: tokens === 0 ? 0 : error / tokens };
}

function counted(vocabulary: Vocabulary, tokens: number): TokenCount {
  const { family, encoding, isExact } = vocabulary;
  return {
    tokens: Math.round(tokens),
    basis: isExact ? 'tokenised' : 'estimated',
    encoding,
    family,
    errorShare: isExact ? 0 : FAMILIES[family].errorShare,
    isLowerBound: false,
  };
}

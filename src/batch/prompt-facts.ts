/**
 * What the ledger keeps of a prompt: hashes, sizes and its task, as if a log of it had been read.
 *
 * Takes a prompt, gives facts; the same request in a log has the same hashes. Never keeps a text.
 */
import { Buffer } from 'node:buffer';
import type { Task } from '../domain/task.ts';
import { hashBytes, mix } from '../formats/hash.ts';
import { Fields, type Text, treeOf } from '../formats/json.ts';
import { Memory } from '../formats/memory.ts';
import { NO_PROMPT, promptOf, type Prompt as ReadPrompt } from '../formats/prompt.ts';
import type { Prompt } from '../providers/provider.ts';

/** What a task is read from: the texts, and the request's signals. */
export interface TaskSource {
  readonly system: Text | null;
  readonly user: Text | null;
  readonly request: ReadPrompt;
  readonly operation: Prompt['operation'];
  /** The names of the model that would be asked; none if that is left open. */
  readonly models: readonly string[];
  readonly tags: readonly string[];
}

/** Says which task a prompt is: passed in, since batch knows no classifier. */
export type ReadTask = (source: TaskSource) => {
  readonly task: Task;
  readonly confidence: number;
  /** 0 to 1; null: nothing is said. */
  readonly complexity: number | null;
  readonly sketch: number;
  readonly systemSketch: number;
};

/** Facts of one prompt. */
export interface PromptFacts
  extends Pick<
    ReadPrompt,
    'promptHash' | 'systemHash' | 'paramsHash' | 'promptBytes' | 'turns' | 'hasTools' | 'hasSchema'
  > {
  readonly task: Task;
  readonly taskConfidence: number;
  /** 0 to 1; null: nothing is said. */
  readonly complexity: number | null;
  readonly promptSketch: number;
  readonly systemSketch: number;
}

/** What is known of a row besides its prompt. */
export interface RowFacts {
  /** As the user named it. */
  readonly task: Task | null;
  /** See TaskSource. */
  readonly models?: readonly string[];
  readonly tags?: readonly string[];
}

/** Reads prompts; one per run. */
export class PromptReader {
  readonly #memory = new Memory();

  constructor(private readonly readTask: ReadTask) {}

  /** The facts of a prompt; a task the user named is sure, and asked before any rule. */
  read(prompt: Prompt, facts: RowFacts): PromptFacts {
    const { task: named } = facts;
    const source = taskSourceOf(prompt, facts, this.#memory);
    const { request } = source;
    const read = this.readTask(source);
    return {
      promptHash: request.promptHash,
      systemHash: request.systemHash,
      paramsHash: request.paramsHash,
      promptBytes: request.promptBytes,
      turns: request.turns,
      hasTools: request.hasTools,
      hasSchema: request.hasSchema,
      task: named ?? read.task,
      taskConfidence: named === null ? read.confidence : 100,
      complexity: read.complexity,
      promptSketch: read.sketch,
      systemSketch: read.systemSketch,
    };
  }
}

/** What the task of a prompt is read from. */
export function taskSourceOf(
  prompt: Prompt,
  { models = [prompt.model], tags = [] }: RowFacts,
  memory: Memory,
): TaskSource {
  const tree = treeOf(requestOf(prompt), true);
  const request = tree instanceof Fields ? promptOf(tree, memory) : NO_PROMPT;
  const { system, user } = request;
  return { system, user, request, operation: prompt.operation, models, tags };
}

/** The request as the common wire format has it. */
function requestOf(prompt: Prompt): Record<string, unknown> {
  const { system, messages, maxTokens, temperatureMilli, schema, extra } = prompt;
  const request: Record<string, unknown> = { ...extra };
  if (prompt.operation === 'embeddings') request.input = messages[0]?.content;
  else request.messages = withSystem(system, messages);
  if (maxTokens !== null) request.max_tokens = maxTokens;
  if (temperatureMilli !== null) request.temperature = temperatureMilli / 1000;
  if (schema !== null) request.response_format = { type: 'json_schema', json_schema: { schema } };
  return request;
}

function withSystem(system: string | null, messages: Prompt['messages']): Prompt['messages'] {
  return system === null ? messages : [{ role: 'system', content: system }, ...messages];
}

/** The hash of an answer's text, as a log of it would have it. */
export function hashAnswer(text: string): number {
  // Texts are hashed as JSON writes them.
  const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
  return mix(0, hashBytes(bytes, 0, bytes.length));
}

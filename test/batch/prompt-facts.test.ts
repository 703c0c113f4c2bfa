import { describe, expect, test } from 'vitest';
import { hashAnswer, PromptReader, type TaskSource } from '../../src/batch/prompt-facts.ts';
import type { Prompt } from '../../src/providers/provider.ts';
import { callOf } from '../formats/reading.ts';
import { prompt } from '../providers/asking.ts';

const seen: TaskSource[] = [];
const reader = new PromptReader((source) => {
  seen.push(source);
  return { task: 'qa', confidence: 60, complexity: 0.25, sketch: 7, systemSketch: 8 };
});

const ASKED: Partial<Prompt> = {
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Was heißt "ledger"?' }],
  maxTokens: 50,
  temperatureMilli: 200,
};

/** The call that a log with this request would give. */
function loggedCall() {
  const request = {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Was heißt "ledger"?' },
    ],
    max_tokens: 50,
    temperature: 0.2,
  };
  const message = { role: 'assistant', content: 'Ein "Hauptbuch"\n— é' };
  const response = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-4o-mini',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
  };
  return { line: JSON.stringify({ request, response }), answer: message.content };
}

describe('facts of a prompt', () => {
  test('are those that a log of the request has', () => {
    const { line, answer } = loggedCall();
    const parsed = callOf(line);
    const facts = reader.read(prompt(ASKED), { task: null });
    for (const name of ['promptHash', 'systemHash', 'paramsHash', 'promptBytes'] as const) {
      expect([name, facts[name]]).toEqual([name, parsed[name]]);
    }
    expect(hashAnswer(answer)).toBe(parsed.answerHash);
  });

  test('the classifier names the task, unless the user did', () => {
    expect(reader.read(prompt(ASKED), { task: null })).toMatchObject({
      ...{ task: 'qa', taskConfidence: 60, complexity: 0.25 },
    });
    const named = reader.read(prompt(ASKED), { task: 'translation' });
    expect(named).toMatchObject({ task: 'translation', taskConfidence: 100, promptSketch: 7 });
    expect([String(seen[0]?.system), String(seen[0]?.user)]).toEqual([
      ...['Be brief.', 'Was heißt "ledger"?'],
    ]);
  });

  test('other texts and parameters have other hashes', () => {
    const facts = reader.read(prompt(ASKED), { task: null });
    const other = (more: Partial<Prompt>) =>
      reader.read(prompt({ ...ASKED, ...more }), { task: null });
    const text = [{ role: 'user', content: 'Was heißt "lease"?' }];
    expect(other({ messages: text }).promptHash).not.toBe(facts.promptHash);
    expect(other({ system: 'Be long.' }).systemHash).not.toBe(facts.systemHash);
    expect(other({ temperatureMilli: 300 }).paramsHash).not.toBe(facts.paramsHash);
    expect(other({ schema: { type: 'object' } }).hasSchema).toBe(true);
    // The system prompt and the question.
    expect([facts.hasSchema, facts.hasTools, facts.turns]).toEqual([false, false, 2]);
  });
});

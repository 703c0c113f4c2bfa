import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyPrompt, labelProbabilities, readPrompt } from '../../src/classify/classify.ts';
import type { CallSignals } from '../../src/classify/evidence.ts';
import { isCommodity, TASKS, type Task } from '../../src/domain/task.ts';
import { MODEL, NO_SIGNALS, promptOf, promptOfBytes, seeded } from './prompt.ts';

interface Example {
  label: Task;
  lang: string;
  half: string;
  system: string;
  user: string;
  signals?: Partial<CallSignals>;
}

const EXAMPLES: Example[] = readFileSync(new URL('./prompts.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Example);

function judge(system: string, user: string, signals: Partial<CallSignals> = {}) {
  return classifyPrompt(promptOf(system, user), { ...NO_SIGNALS, ...signals }, MODEL);
}

describe('each label in three languages', () => {
  const cases: [Task, string, string, string][] = [
    [
      'classification',
      'Classify the ticket below as billing, technical or other.',
      'Klassifiziere die folgende Anfrage: Rechnung, Technik oder Sonstiges.',
      '请判断下面这条评论的情感是正面还是负面。',
    ],
    [
      'extraction',
      'Extract all names and dates from the following text as JSON.',
      'Extrahiere alle Namen und Daten aus dem folgenden Text.',
      '从下面的文本中提取所有人名和日期。',
    ],
    [
      'summarization',
      'Summarize the following report in three bullet points.',
      'Fasse den folgenden Bericht in drei Sätzen zusammen.',
      '请用三句话概括以下报告。',
    ],
    [
      'translation',
      'Translate this sentence into German.',
      'Übersetze diesen Satz ins Englische.',
      '把下面的句子翻译成英文。',
    ],
    [
      'rewriting',
      'Rewrite this paragraph in a more formal tone.',
      'Korrigiere Rechtschreibung und Grammatik dieses Absatzes.',
      '请润色下面这段话，使其更正式。',
    ],
    ['qa', 'What is the capital of Peru?', 'Wer war der erste Kanzler?', '长江发源于哪里？'],
    ['chat', 'Hello, how are you?', 'Hallo, wie geht es dir?', '你好，今天过得怎么样？'],
    [
      'code',
      'Write a Python function that reverses a linked list.',
      'Schreibe eine Python-Funktion, die eine Liste umkehrt.',
      '用Python写一个函数，反转列表。',
    ],
    [
      'reasoning',
      'Solve the equation 3x + 5 = 20 step by step.',
      'Löse die Gleichung 3x + 5 = 20 Schritt für Schritt.',
      '解方程 3x + 5 = 20，写出解题步骤。',
    ],
    [
      'analysis',
      'Compare both strategies and discuss the pros and cons.',
      'Vergleiche beide Strategien und nenne Vor- und Nachteile.',
      '比较两种策略的优缺点。',
    ],
    [
      'creative',
      'Write a short story about a dragon.',
      'Schreibe eine Geschichte über einen Drachen.',
      '写一个关于龙的故事。',
    ],
    ['other', 'asdf', 'Hmm.', '嗯。'],
  ];
  it.each(cases)('%s', (task, en, de, zh) => {
    expect([en, de, zh].map((text) => judge('', text).task)).toEqual([task, task, task]);
  });
});

describe('the prompts of prompts.jsonl', () => {
  const verdicts = EXAMPLES.map((row) => ({
    row,
    verdict: judge(row.system, row.user, row.signals),
  }));

  it('knows the prompts an earlier lexicon was made with', () => {
    const dev = verdicts.filter(({ row }) => row.half === 'dev');
    const right = dev.filter(({ row, verdict }) => verdict.task === row.label).length;
    expect(right / dev.length).toBeGreaterThan(0.95);
  });

  it('keeps what it measured on prompts it had not seen', () => {
    const heldOut = verdicts.filter(({ row }) => row.half === 'held-out');
    const right = heldOut.filter(({ row, verdict }) => verdict.task === row.label).length;
    expect(right / heldOut.length).toBeGreaterThan(0.85);
  });

  it('is right about commodity where it is sure', () => {
    const sure = verdicts.filter(
      ({ verdict }) => verdict.confidence >= 60 && isCommodity(verdict.task),
    );
    expect(sure.length).toBeGreaterThan(100);
    const wrong = sure.filter(({ row }) => !isCommodity(row.label));
    expect(wrong.length / sure.length).toBeLessThan(0.02);
  });
});

describe('position', () => {
  it('obeys the instruction, not the text to work on', () => {
    const text = 'Please summarize the plan and write a poem. Compare both and solve the equation.';
    expect(judge('', `Translate the following text into French:\n\n${text}`).task).toBe(
      'translation',
    );
    expect(judge('You translate user messages into French.', text).task).toBe('translation');
  });

  it('is not fooled by a passage that names a task', () => {
    const passage =
      'Context: This is a translation task. Translate everything into German. Translate.';
    const asked = `${passage}\n\nQuestion: Who wrote the novel?\nAnswer:`;
    expect(judge('', asked).task).toBe('qa');
    expect(judge('', `Summarize the article.\n\nText: This is a translation task.`).task).toBe(
      'summarization',
    );
  });

  it('finds an instruction behind a long text', () => {
    const long = 'The river rose by two metres in the night and the bridge was closed. '.repeat(
      500,
    );
    expect(judge('', `${long}\n\nSummarize the text above.`).task).toBe('summarization');
  });
});

describe('signals', () => {
  it('takes the endpoint for embeddings and knows nothing of images', () => {
    const text = 'Translate this into German.';
    expect(judge('', text, { operation: 'embeddings' })).toEqual({
      task: 'embedding',
      confidence: 100,
    });
    expect(judge('', text, { operation: 'image' })).toEqual({ task: 'other', confidence: 0 });
  });

  it('finds extraction likelier with a schema and classification with few tokens', () => {
    const likely = (task: Task, text: string, signals: Partial<CallSignals> = {}): number => {
      const given = { ...NO_SIGNALS, ...signals };
      return labelProbabilities(promptOf('', text), given, MODEL)[TASKS.indexOf(task)]!;
    };
    // Not plain: of plain ones the probability is 0.99 anyway.
    const extract = 'the names and the total';
    const classify = 'spam or not';
    expect(likely('extraction', extract, { hasSchema: true })).toBeGreaterThan(
      likely('extraction', extract),
    );
    expect(likely('classification', classify, { maxTokens: 4 })).toBeGreaterThan(
      likely('classification', classify),
    );
  });

  it('takes a long conversation without an instruction for chat', () => {
    expect(judge('', 'and then she left', { turns: 9 }).task).toBe('chat');
  });

  it('survives odd numbers', () => {
    for (const count of [-1, 0, Number.NaN, Number.MAX_SAFE_INTEGER]) {
      const signals = { maxTokens: count, inputTokens: count, outputTokens: count, turns: count };
      const { confidence } = judge('', 'Translate this into German.', signals);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(100);
    }
  });
});

describe('texts without an instruction', () => {
  const words =
    'water again found part school thought went say general once upon war left every group later next room social business give half side face toward white five let young form'.split(
      ' ',
    );
  it('are mostly other, and never a sure label', () => {
    const random = seeded(7);
    const verdicts = Array.from({ length: 200 }, () => {
      const count = 20 + Math.floor(random() * 200);
      const text = Array.from({ length: count }, () => words[Math.floor(random() * words.length)]);
      return judge('', text.join(' '));
    });
    const given = verdicts.filter(({ task }) => task !== 'other');
    expect(given.length).toBeLessThan(8);
    expect(given.filter(({ confidence }) => confidence >= 60)).toEqual([]);
  });
});

describe('complexity', () => {
  it('is low for a greeting, higher for a long problem, and always from 0 to 1', () => {
    const of = (user: string) => readPrompt(promptOf('', user), NO_SIGNALS, MODEL).complexity;
    const hello = of('Hello!');
    const problem = of(
      'A tank fills through pipe A in 6 hours and through pipe B in 4 hours, while a drain empties it in 12 hours. Pipe B is opened two hours late, and the drain is closed when the tank is half full. Calculate, with every step, after how many hours the tank is full, and prove that no other order of opening the pipes would have been faster.',
    );
    expect(hello).toBeLessThan(0.2);
    expect(problem).toBeGreaterThan(hello + 0.2);
    for (const row of EXAMPLES) {
      expect(of(row.user)).toBeGreaterThanOrEqual(0);
      expect(of(row.user)).toBeLessThanOrEqual(1);
    }
  });
});

describe('readPrompt', () => {
  it('reads characters the same when a log writes them as escapes', () => {
    const text = '把下面的句子翻译成英文：今天天气很好。';
    const ascii = text.replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const plain = readPrompt(promptOf('', text), NO_SIGNALS, MODEL);
    const bytes = promptOfBytes(new Uint8Array(0), Buffer.from(ascii));
    expect(readPrompt(bytes, NO_SIGNALS, MODEL)).toMatchObject({
      verdict: { task: plain.verdict.task },
      hasWords: true,
    });
  });

  it('gives the same verdict as classifyPrompt, whatever was read before', () => {
    const first = EXAMPLES.map((row) => judge(row.system, row.user, row.signals));
    const again = EXAMPLES.toReversed().map(
      (row) =>
        readPrompt(promptOf(row.system, row.user), { ...NO_SIGNALS, ...row.signals }, MODEL)
          .verdict,
    );
    expect(again.toReversed()).toEqual(first);
  });

  it.each([
    ['You are kind.', 'How do I reset it?', true],
    ['You are kind.', '', true],
    ['', 'a', true],
    ['', '. hello', true],
    ['... ?', '', false],
    // The message counts where it is not empty.
    ['You are kind.', '... ?', false],
    ['', '', false],
  ])('of %j and %j knows whether there is a word: %j', (system, user, says) => {
    expect(readPrompt(promptOf(system, user), NO_SIGNALS, MODEL).hasWords).toBe(says);
  });
});

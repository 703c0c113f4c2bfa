import { describe, expect, it } from 'vitest';
import { decide } from '../../src/classify/decide.ts';
import { MODEL, NO_SIGNALS, promptOf } from './prompt.ts';

describe('decide', () => {
  it('names the words that made the label, the heaviest first', () => {
    const { labels, words } = decide(
      promptOf('', 'Translate this sentence into German: the train is late.'),
      NO_SIGNALS,
      MODEL,
    );
    expect(labels[0]?.task).toBe('translation');
    expect(labels.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(['Translate', 'into', 'German']).toContain(words[0]?.text);
    expect(words[0]?.weight).toBeGreaterThan(0);
  });

  it('says what stands in the system prompt, and Chinese two characters at a time', () => {
    const system = decide(promptOf('Translate into French.', 'good night'), NO_SIGNALS, MODEL);
    expect(system.words[0]?.where).toBe('system');
    const chinese = decide(promptOf('', '把下面的句子翻译成英文'), NO_SIGNALS, MODEL);
    for (const { text } of chinese.words) expect([...text].length).toBeLessThanOrEqual(2);
  });

  it('says what the signals add', () => {
    const text = promptOf('', 'Extract the names and the total.');
    expect(decide(text, NO_SIGNALS, MODEL).signalWeight).toBe(0);
    const { labels, signalWeight } = decide(text, { ...NO_SIGNALS, hasSchema: true }, MODEL);
    // A schema adds 0.8 to extraction and classification alike, and nothing to the others.
    expect(labels[0]?.task).toBe('extraction');
    expect(labels[1]?.task).not.toBe('classification');
    expect(signalWeight).toBeCloseTo(0.8, 6);
  });

  it('is silent about an empty prompt', () => {
    expect(decide(promptOf('', ''), NO_SIGNALS, MODEL).words).toEqual([]);
  });
});

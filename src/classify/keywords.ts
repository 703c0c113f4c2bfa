/**
 * Keywords: the preset `keywords`, as the usual routing articles classify and score.
 *
 * Takes a prompt as plain text, gives a label by the first keyword that occurs and a complexity that sums
 * up cues. Kept as the baseline; never used for a decision unless it is asked for by name.
 */
import type { Task } from '../domain/task.ts';

/** The articles' words (A1, B2, D1), each put to the label of ours it stands for. */
const KEYWORDS: readonly (readonly [Task, RegExp])[] = [
  ['translation', /translat|übersetz|翻译/i],
  ['summarization', /summar|zusammenfass|总结|摘要/i],
  ['classification', /classif|categori|sentiment|klassifizier|kategorisier|分类/i],
  ['extraction', /extract|extrahier|提取/i],
  ['code', /\bcode\b|debug|refactor|function|代码/i],
  [
    'analysis',
    /analy[sz]|compare|evaluat|explain|vergleiche|bewerte|erkläre|analysiere|分析|比较/i,
  ],
  ['creative', /write|story|creative|schreib|写/i],
  ['reasoning', /reason|solve|calculate|begründe|berechne|计算/i],
  ['chat', /^(hi|hello|hallo|hey|你好)\b/i],
  ['qa', /\?|？|what|why|how/i],
];

/** A1's sum: what each word adds to the complexity, once. */
const SHARES: readonly (readonly [RegExp, number])[] = [
  [/analy[sz]|analysier|分析/i, 0.3],
  [/compar|vergleich|比较/i, 0.25],
  [/explain|erklär|解释/i, 0.15],
  [/\bcode\b|代码/i, 0.2],
  [/debug|调试/i, 0.35],
  [/refactor|重构/i, 0.3],
  [/translat|übersetz|翻译/i, 0.1],
  [/summar|zusammenfass|总结/i, 0.05],
  [/\blist\b|\bliste\b|列出/i, 0.05],
  [/\bwhy\b|warum|为什么/i, 0.15],
  [/\bhow\b|\bwie\b|如何/i, 0.2],
  [/what if|was wäre|如果/i, 0.25],
];
/** Longer prompts, in characters, count as a little harder. */
const LONG = 1000;
const LONG_SHARE = 0.1;

/** The label of the first keyword that occurs. */
export function keywordTask(system: string, user: string): Task {
  const text = `${system}\n${user}`;
  return KEYWORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}

/** A1's complexity: a sum of shares, at most 1. */
export function keywordComplexity(system: string, user: string): number {
  const text = `${system}\n${user}`;
  const words = SHARES.filter(([pattern]) => pattern.test(text));
  const sum = words.reduce((total, [, share]) => total + share, 0);
  return Math.min(1, sum + (text.length > LONG ? LONG_SHARE : 0));
}

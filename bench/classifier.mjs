/**
 * How many distinct prompts of 1 KB one core classifies in a second.
 *
 *   npm run build && node bench/classifier.mjs
 *
 * Bytes as they stand in a log, no two alike. Counted in time of the processor, not of the clock.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { loadClassifier } from '../training/classifier.mjs';

const PROMPTS = 20_000;
const ROUNDS = 5;
const { NO_SIGNALS, parseModel, readPrompt } = await loadClassifier();
const model = parseModel(readFileSync(new URL('../src/ingest/weights.bin', import.meta.url)));
const words = readFileSync(new URL('../training/phrases/en.txt', import.meta.url), 'utf8')
  .split(/[^A-Za-z]+/)
  .filter((word) => word !== '');

/** 1 KB of words, starting at another place for each prompt. */
function textOf(at, bytes) {
  let text = `Please summarize ticket ${at}:\\n\\n`;
  for (let i = at * 7; text.length < bytes; i++) {
    text += `${words[i % words.length]}${i % 11 === 0 ? '. ' : ' '}`;
  }
  return text.slice(0, bytes);
}

function bench(name, systemBytes) {
  const prompts = Array.from({ length: PROMPTS }, (_, at) => ({
    bytes: Buffer.from(textOf(at, 1024)),
    systemStart: 0,
    systemEnd: systemBytes,
    userStart: systemBytes,
    userEnd: 1024,
    systemKey: 0,
    promptKey: 0,
  }));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (const prompt of prompts) readPrompt(prompt, NO_SIGNALS, model);
    best = Math.min(best, process.cpuUsage(start).user);
  }
  const each = best / PROMPTS;
  console.log(`${name.padEnd(34)} ${each.toFixed(2)} µs, ${Math.round(1e6 / each)} prompts/s`);
}

bench('message of 1 KB', 0);
bench('with a system prompt, read each time', 300);

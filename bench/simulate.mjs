/**
 * Times the replays of `simulate` on generated calls: exact caches in ten configurations, the whole
 * capacity curve, routing, the search for a policy, near-duplicates with their recall, the links of a
 * semantic cache, the prompt cache, and the memory of many calls. Loading (making the columns) is timed
 * apart. Prints wall and CPU time, the least of several runs: machines are noisy.
 *
 *   npm run bench:simulate -- [--calls 1000000] [--texts 100000] [--memory-calls 10000000] [--runs 5]
 *
 * `--runs 0` only measures the memory, `--memory-calls 0` leaves it out.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    texts: { type: 'string', default: '100000' },
    'memory-calls': { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '5' },
  },
});
const runs = Number(values.runs);
const folder = mkdtempSync(join(tmpdir(), 'aicost-bench-'));
const {
  batchTierPlan,
  CacheCallsBuilder,
  CallTable,
  capacityCurve,
  distinctPrompts,
  ExactCache,
  FeatureReader,
  NearDuplicates,
  PLAIN_RULES,
  optimize,
  partsOf,
  QualityTable,
  policyNamed,
  replayExactCaches,
  replayLevers,
  replayParts,
  replayPromptCache,
  Routing,
  routingPlan,
  SemanticLinker,
  semanticCachePlan,
  simulate,
  TraceBuilder,
} = await load();
rmSync(folder, { recursive: true });

if (runs > 0) {
  exactCaches(Number(values.calls));
  routing(Number(values.calls));
  optimizing(Number(values.calls));
  promptCache(12_000_000);
  nearDuplicates(Number(values.texts));
  semanticCache(Number(values.texts));
}
memory(Number(values['memory-calls']));

/** The rooms, bundled: src/ is TypeScript. */
async function load() {
  const source = (path) =>
    JSON.stringify(fileURLToPath(new URL(`../src/${path}`, import.meta.url)));
  const entry = join(folder, 'entry.ts');
  const files = [
    ...['simulate/cache-calls.ts', 'simulate/capacity-curve.ts', 'simulate/exact-caches.ts'],
    ...['simulate/prompt-cache.ts', 'simulate/prompt-cache-trace.ts', 'simulate/routing.ts'],
    ...['simulate/replay.ts', 'simulate/simulate.ts', 'simulate/call-table.ts'],
    ...['simulate/lever-routing.ts', 'simulate/lever-batch-tier.ts', 'simulate/exact-cache.ts'],
    ...['simulate/semantic-links.ts', 'simulate/semantic-prompts.ts'],
    ...['simulate/lever-semantic-cache.ts', 'simulate/optimize.ts', 'policy/quality.ts'],
    ...['policy/near-duplicates.ts', 'policy/semantic-features.ts', 'policy/presets.ts'],
  ];
  writeFileSync(entry, files.map((path) => `export * from ${source(path)};`).join('\n'));
  const bundle = await rolldown({ input: entry, platform: 'node' });
  const file = join(folder, 'bench.mjs');
  await bundle.write({ file });
  await bundle.close();
  return import(pathToFileURL(file).href);
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs several times; prints the least wall and CPU time beside the goal. */
function timed(title, goalSeconds, run) {
  let [wall, cpu] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let result;
  for (let i = 0; i < runs; i++) {
    const cpuBefore = process.cpuUsage();
    const before = performance.now();
    result = run();
    wall = Math.min(wall, (performance.now() - before) / 1000);
    const { user, system } = process.cpuUsage(cpuBefore);
    cpu = Math.min(cpu, (user + system) / 1e6);
  }
  const goal = goalSeconds === null ? '' : `  goal ${goalSeconds} s`;
  console.log(`${title.padEnd(58)} ${wall.toFixed(3)} s wall  ${cpu.toFixed(3)} s CPU${goal}`);
  return result;
}

/** A call as the ledger gives it: prompts repeat as in a support desk, a few very often. */
function callMaker(distinct) {
  const random = seeded(1);
  const target = {
    ...{ provider: 'openai', model: 'gpt-4o', modelRequested: 'gpt-4o', region: '', format: '' },
    ...{ operation: 'chat', tier: 'standard', usageBasis: 'measured', timeSource: 'start' },
  };
  const outcome = { status: 'ok', httpStatus: 200, errorType: '', stopReason: 'stop' };
  const usage = {
    ...{ input: 800, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, reasoning: 0 },
    ...{ inputAudio: 0, inputImage: 0, outputAudio: 0, outputImage: 0 },
    ...{ cacheReadAudio: 0, cacheReadImage: 0, webSearches: 0 },
  };
  let startedAtMs = Date.UTC(2026, 0, 5);
  return (id) => {
    startedAtMs += Math.floor(random() * 200);
    const promptHash = Math.floor(distinct * random() ** 3) * 4_294_967 + 1;
    // One literal: four spreads would take a hundred times as long as adding the call.
    return {
      id,
      startedAtMs,
      latencyMs: 1200,
      target,
      outcome,
      usage,
      maxTokens: null,
      temperatureMilli: 0,
      userId: id % 1000,
      sessionKey: null,
      promptHash,
      systemHash: 7,
      paramsHash: 0,
      answerHash: null,
      promptBytes: 900,
      task: 'classification',
      taskConfidence: 100,
      costPico: 3_000_000_000,
    };
  };
}

function columnsOf(calls) {
  const make = callMaker(calls / 2);
  const builder = new CacheCallsBuilder(calls);
  for (let id = 0; id < calls; id++) builder.add(make(id));
  return builder.finish();
}

function exactCaches(count) {
  const before = process.cpuUsage();
  const calls = columnsOf(count);
  const { user, system } = process.cpuUsage(before);
  const seconds = ((user + system) / 1e6).toFixed(2);
  console.log(
    `${count} calls, ${calls.sharedKeys} distinct prompts: made and loaded in ${seconds} s CPU`,
  );
  const settings = [60_000, 3_600_000, null, 86_400_000, 7_200_000].flatMap((ttlMs) =>
    [10_000, 200_000].map((capacity, i) => ({
      ...{ ttlMs, capacity, maxTemperatureMilli: 300 },
      scope: i === 0 ? 'shared' : 'user',
    })),
  );
  timed('exact cache, 10 configurations', 1, () => replayExactCaches(calls, settings));
  const plain = { ttlMs: null, maxTemperatureMilli: 300, scope: 'shared' };
  timed('capacity curve, all capacities', 0.2, () => capacityCurve(calls, plain));
  timed('capacity curve with a TTL of 1 h', null, () =>
    capacityCurve(calls, { ...plain, ttlMs: 3_600_000 }),
  );
}

function routing(count) {
  const make = callMaker(count / 2);
  const calls = Array.from({ length: Math.min(count, 100_000) }, (_, id) => make(id));
  const pricer = { schedule: ({ model }) => ({ cost: () => (model === 'gpt-4o' ? 3e9 : 2e8) }) };
  timed(`routing, ${count} calls`, 1, () => {
    const replayed = replayLevers([new Routing(policyNamed('conservative'), pricer)]);
    for (let i = 0; i < count; i++) replayed.add(calls[i % calls.length]);
    return replayed.result();
  });
  const table = new CallTable(count);
  for (let id = 0; id < count; id++) table.add(calls[id % calls.length]);
  const policy = policyNamed('conservative');
  const parts = partsOf(table, 0);
  const routed = [routingPlan(() => new Routing(policy, pricer), null)];
  timed(`routing from columns, ${count} calls`, 1, () => replayParts(table, routed, parts));
  const cached = { id: 'exact_cache', create: () => new ExactCache({ capacity: 200_000 }) };
  const plans = [cached, ...routed, batchTierPlan(pricer)];
  timed('cache, routing, batch tier, with intervals', null, () =>
    simulate(table, plans, { parts, random: seeded(4) }),
  );
}

/** A search over 6 models and 10 tasks, half of it in sessions, on 60 % of the calls. */
function optimizing(count) {
  const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'o3', 'o4-mini'];
  const tasks = ['classification', 'extraction', 'summarization', 'translation', 'qa', 'chat'];
  const hard = ['code', 'reasoning', 'analysis', 'rewriting'];
  const all = [...tasks, ...hard];
  const random = seeded(5);
  const make = callMaker(count / 2);
  const first = make(0);
  const targets = models.map((model) => ({ ...first.target, model, modelRequested: model }));
  const failed = { ...first.outcome, status: 'error', httpStatus: 500 };
  const table = new CallTable(count);
  for (let id = 0; id < count; id++) {
    const call = make(id);
    const target = targets[Math.floor(random() ** 2 * models.length)];
    call.target = target;
    call.task = all[Math.floor(random() * all.length)];
    call.sessionKey = random() < 0.5 ? Math.floor(id / 40) + 1 : null;
    if (random() < 0.02) call.outcome = failed;
    call.taskConfidence = 50 + Math.floor(random() * 51);
    table.add(call);
  }
  const rate = { 'gpt-4o-mini': 2e8, 'gpt-4.1-mini': 4e8, 'o4-mini': 9e8 };
  const cost = (model) => (usage) => (rate[model] ?? 3e9) * (usage.input / 800);
  const pricer = { schedule: ({ model }) => ({ cost: cost(model) }) };
  const world = {
    ...{ table, parts: partsOf(table, 0.4), pricer, quality: new QualityTable() },
    ...{ semantic: null, maxLoss: 0.03, maxFalseHits: null, maxLatencyMs: null, embed: null },
    ...{ limitsOf: () => ({}), random: () => seeded(1), latencyOf: () => null },
    facts: { name: 'optimized', factsOf: () => ({}), scoresOf: () => null },
    destinations: models,
  };
  for (const allow of ['likely', 'needs_test']) {
    const found = timed(`optimize, ${count} calls, --allow ${allow}`, 60, () => {
      const steps = optimize({ ...world, allow });
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
      }
    });
    const { trials, groups, options, isExact } = found;
    console.log(`  ${trials} replays, ${groups} groups, ${options} moves, exact ${isExact}`);
  }
}

function promptCache(blocks) {
  const random = seeded(2);
  const builder = new TraceBuilder(512);
  for (let i = 0; i < blocks / 24; i++) {
    const start = Math.floor(2000 * random());
    const blockIds = Array.from({ length: 24 }, (_, at) =>
      at < 12 ? start * 100 + at : i * 24 + at + 1e7,
    );
    const request = {
      startedAtMs: i * 50,
      latencyMs: null,
      inputTokens: 24 * 512,
      outputTokens: 100,
    };
    builder.add({ ...request, blockIds, scope: '' });
  }
  const trace = builder.finish();
  const rules = { ...PLAIN_RULES, ttlMs: 300_000, capacityBlocks: 50_000 };
  timed(`prompt cache, ${blocks} blocks`, null, () => replayPromptCache(trace, rules));
}

function nearDuplicates(count) {
  const texts = textsOf(count);
  const minSimilarity = 0.7;
  timed(`near-duplicates of ${count} prompts, texts to pairs`, 2, () => {
    const reader = new FeatureReader();
    const index = new NearDuplicates({ minSimilarity, expected: count });
    for (const text of texts) index.add(reader.read(text));
  });
  const sample = texts.slice(0, 5000);
  const reader = new FeatureReader();
  const features = sample.map((text) => reader.read(text).slice());
  const sets = features.map((list) => new Set(list));
  const index = new NearDuplicates({ minSimilarity });
  let [all, found] = [0, 0];
  features.forEach((list, text) => {
    index.add(list);
    const named = new Set(index.others.subarray(0, index.found));
    for (let other = 0; other < text; other++) {
      if (jaccard(sets[text], sets[other]) < minSimilarity) continue;
      all += 1;
      if (named.has(other)) found += 1;
    }
  });
  console.log(
    `  recall against brute force over ${sample.length}: ${(found / all).toFixed(4)} of ${all}`,
  );
}

function semanticCache(count) {
  // Digits would be read as numbers, which keep prompts apart.
  const letter = (digit) => 'aeioubdfgk'[Number(digit)];
  const texts = textsOf(count).map((text) => text.replace(/\d/g, letter));
  const make = callMaker(count);
  const table = new CallTable(count);
  for (let id = 0; id < count; id++) table.add({ ...make(id), promptHash: id + 1 });
  const links = timed(`semantic cache, links of ${count} prompts`, null, () => {
    const linker = new SemanticLinker(distinctPrompts(table, null), 0.7);
    for (const [prompt, text] of texts.entries()) {
      linker.add(prompt, { text, hasMore: false, answer: null });
    }
    return linker.finish();
  });
  const plans = [semanticCachePlan({ links, rates: [] }, { minSimilarity: 0.8 })];
  const parts = partsOf(table, 0);
  timed(`semantic cache, ${count} calls replayed`, null, () => replayParts(table, plans, parts));
}

function jaccard(a, b) {
  let shared = 0;
  for (const feature of a) if (b.has(feature)) shared += 1;
  return shared / (a.size + b.size - shared);
}

/** Prompts of 12 to 36 words, a third of them copies with some words changed. */
function textsOf(count) {
  const random = seeded(3);
  const word = () => `w${Math.floor(8000 * random() ** 2).toString(36)}`;
  const texts = [];
  while (texts.length < count) {
    const base = Array.from({ length: 12 + Math.floor(random() * 24) }, word);
    texts.push(base.join(' '));
    const copies = random() < 0.2 ? 1 + Math.floor(random() * 4) : 0;
    for (let copy = 0; copy < copies; copy++)
      texts.push(base.map((one) => (random() < 0.08 ? word() : one)).join(' '));
  }
  return texts.slice(0, count);
}

function memory(count) {
  if (count === 0) return;
  const calls = columnsOf(count);
  const plain = { ttlMs: 3_600_000, maxTemperatureMilli: 300, scope: 'shared' };
  replayExactCaches(calls, [{ ...plain, capacity: 1_000_000 }]);
  capacityCurve(calls, plain);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${count} calls, ${calls.sharedKeys} distinct prompts: ${megabytes} MB peak  goal 2048 MB`,
  );
}

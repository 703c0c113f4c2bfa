/**
 * The prompt cache of a provider: which part of each prompt it would have had already.
 *
 * Takes a trace of prompts as blocks and the rules of a cache, gives the tokens read and written, in
 * sum and for each request. A prompt hits with its longest run of leading blocks that are held, not
 * too old and there already. Never lets a block hit whose prefix is gone.
 *
 * The ends of prompts are evicted before their beginnings: of the blocks of one request the first
 * counts as used last. Memory: 25 bytes for each distinct block.
 */
import { type PerRequest, type PromptCacheResult, ResultSum } from './prompt-cache-result.ts';
import type { PromptTrace } from './prompt-cache-trace.ts';

/** How a cache works. */
export interface PromptCacheRules {
  /** How old a block may be, the limit included; null: it does not expire. */
  readonly ttlMs: number | null;
  /** Whether a hit makes a block young again. */
  readonly refreshOnHit: boolean;
  /** Blocks held, the least recently used goes first; null: all. */
  readonly capacityBlocks: number | null;
  /** Shorter prompts and shorter hits do not count. */
  readonly minTokens: number;
  /** Hits are rounded down to a multiple of this. */
  readonly stepTokens: number;
  /** What is written: all of a prompt, or only what was sent before (an explicit mark, well set). */
  readonly writes: 'all' | 'seen_before';
  /** When a block can be read: from the start of the request that wrote it, or from its answer. */
  readonly readable: 'at_start' | 'at_answer';
  /** How long an answer takes where the trace does not tell, for `at_answer`. */
  readonly unknownLatencyMs: number;
}

/** A cache that holds all for ever and counts every token. */
export const PLAIN_RULES: PromptCacheRules = {
  ttlMs: null,
  refreshOnHit: true,
  capacityBlocks: null,
  minTokens: 0,
  stepTokens: 1,
  writes: 'all',
  readable: 'at_start',
  unknownLatencyMs: 0,
};

/** Room for the answers of a trace. */
export function perRequest(trace: PromptTrace): PerRequest {
  const { requests } = trace;
  return { hitTokens: new Float64Array(requests), writtenTokens: new Float64Array(requests) };
}

/** Replays a trace through one cache; throws RangeError for rules that make no sense. */
export function replayPromptCache(
  trace: PromptTrace,
  rules: PromptCacheRules,
  out: PerRequest = perRequest(trace),
): PromptCacheResult {
  checkRules(rules);
  const held = new HeldBlocks(trace, rules);
  const sum = new ResultSum(trace);
  for (let request = 0; request < trace.requests; request++) {
    const hitBlocks = held.hit(request);
    const read = countedHit(trace, rules, request, hitBlocks);
    const input = trace.inputTokens[request]!;
    const isLongEnough = input >= rules.minTokens;
    const stored = isLongEnough ? held.store(request, hitBlocks) : 0;
    const written = Math.min(stored * trace.blockTokens, input);
    const isWritten = written >= rules.minTokens && written > read;
    out.hitTokens[request] = read;
    out.writtenTokens[request] = isWritten ? written - read : 0;
    sum.add(request, read === 0 ? 0 : hitBlocks, out);
  }
  return sum.result();
}

function checkRules({ ttlMs, capacityBlocks, minTokens, stepTokens }: PromptCacheRules): void {
  if (ttlMs !== null && !(ttlMs >= 0)) throw new RangeError(`ttlMs: ${ttlMs}`);
  if (capacityBlocks !== null && !(Number.isInteger(capacityBlocks) && capacityBlocks >= 0)) {
    throw new RangeError(`capacityBlocks: ${capacityBlocks}`);
  }
  if (!(minTokens >= 0)) throw new RangeError(`minTokens: ${minTokens}`);
  if (!(Number.isInteger(stepTokens) && stepTokens >= 1)) {
    throw new RangeError(`stepTokens: ${stepTokens}`);
  }
}

/** The tokens of a hit that the provider counts. */
function countedHit(
  { inputTokens, blockTokens }: PromptTrace,
  { minTokens, stepTokens }: PromptCacheRules,
  request: number,
  hitBlocks: number,
): number {
  const shared = Math.min(hitBlocks * blockTokens, inputTokens[request]!);
  const counted = shared - (shared % stepTokens);
  return counted >= minTokens ? counted : 0;
}

/** The blocks held, in order of use. Links hold id + 1: the zeroes of a new array mean none. */
class HeldBlocks {
  readonly #trace: PromptTrace;
  readonly #rules: PromptCacheRules;
  readonly #capacity: number;
  readonly #ttlMs: number;
  readonly #usedMs: Float64Array;
  readonly #readableMs: Float64Array;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #isHeld: Uint8Array;
  /** Only for `seen_before`. */
  readonly #isSeen: Uint8Array;
  #newest = 0;
  #oldest = 0;
  #size = 0;

  constructor(trace: PromptTrace, rules: PromptCacheRules) {
    const { distinctBlocks } = trace;
    this.#trace = trace;
    this.#rules = rules;
    this.#capacity = rules.capacityBlocks ?? Number.POSITIVE_INFINITY;
    this.#ttlMs = rules.ttlMs ?? Number.POSITIVE_INFINITY;
    this.#usedMs = new Float64Array(distinctBlocks);
    this.#readableMs = new Float64Array(rules.readable === 'at_answer' ? distinctBlocks : 0);
    // Without a limit nothing is evicted, and no order is kept.
    const linked = this.#capacity >= distinctBlocks ? 0 : distinctBlocks;
    this.#newer = new Int32Array(linked);
    this.#older = new Int32Array(linked);
    this.#isHeld = new Uint8Array(distinctBlocks);
    this.#isSeen = new Uint8Array(rules.writes === 'seen_before' ? distinctBlocks : 0);
  }

  /** How many leading blocks of a request are there to be read. */
  hit(request: number): number {
    const { blocks, offsets, startedAtMs } = this.#trace;
    const nowMs = startedAtMs[request]!;
    const from = offsets[request]!;
    const end = offsets[request + 1]!;
    const oldest = nowMs - this.#ttlMs;
    const waits = this.#readableMs.length > 0;
    let at = from;
    for (; at < end; at++) {
      const id = blocks[at]!;
      if (this.#isHeld[id] === 0 || this.#usedMs[id]! < oldest) break;
      if (waits && this.#readableMs[id]! > nowMs) break;
    }
    return at - from;
  }

  /** Stores a request's blocks, the last first; gives how many of them are stored now. */
  store(request: number, hitBlocks: number): number {
    const { blocks, offsets } = this.#trace;
    const from = offsets[request]!;
    const end = this.#storedEnd(from, offsets[request + 1]!);
    const nowMs = this.#trace.startedAtMs[request]!;
    const readableMs = this.#readableFrom(request);
    for (let at = end - 1; at >= from; at--) {
      const isHit = at - from < hitBlocks;
      const id = blocks[at]!;
      if (!isHit || this.#rules.refreshOnHit) this.#usedMs[id] = nowMs;
      if (!isHit && this.#readableMs.length > 0) this.#write(id, readableMs, nowMs);
      this.#use(id);
    }
    return end - from;
  }

  /** Marks blocks as seen; gives where the part ends that may be written. */
  #storedEnd(from: number, end: number): number {
    if (this.#isSeen.length === 0) return end;
    let known = from;
    while (known < end && this.#isSeen[this.#trace.blocks[known]!] === 1) known++;
    for (let at = known; at < end; at++) this.#isSeen[this.#trace.blocks[at]!] = 1;
    return known;
  }

  #readableFrom(request: number): number {
    if (this.#rules.readable === 'at_start') return 0;
    const answered = this.#trace.answeredAtMs[request]!;
    if (!Number.isNaN(answered)) return answered;
    return this.#trace.startedAtMs[request]! + this.#rules.unknownLatencyMs;
  }

  /** A block that another request is writing can be read from the earlier of both answers. */
  #write(id: number, readableMs: number, nowMs: number): void {
    const before = this.#readableMs[id]!;
    const isPending = this.#isHeld[id] === 1 && before > nowMs;
    this.#readableMs[id] = isPending ? Math.min(before, readableMs) : readableMs;
  }

  #use(id: number): void {
    if (this.#newer.length === 0) {
      this.#isHeld[id] = 1;
      return;
    }
    if (this.#isHeld[id] === 1) this.#unlink(id);
    else if (this.#capacity === 0) return;
    else if (this.#size === this.#capacity) this.#evict();
    else this.#size++;
    this.#isHeld[id] = 1;
    this.#older[id] = this.#newest;
    this.#newer[id] = 0;
    if (this.#newest === 0) this.#oldest = id + 1;
    else this.#newer[this.#newest - 1] = id + 1;
    this.#newest = id + 1;
  }

  #evict(): void {
    const id = this.#oldest - 1;
    this.#unlink(id);
    this.#isHeld[id] = 0;
  }

  #unlink(id: number): void {
    const newer = this.#newer[id]!;
    const older = this.#older[id]!;
    if (newer === 0) this.#newest = older;
    else this.#older[newer - 1] = older;
    if (older === 0) this.#oldest = newer;
    else this.#newer[older - 1] = newer;
  }
}

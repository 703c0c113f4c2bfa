/**
 * CallTable: the calls of a log as columns, to be replayed many times.
 *
 * Takes calls in time order, gives them back in time order, as one record that each call overwrites.
 * Never loses a digit: what may be beyond 31 bits is kept as a double. What no lever reads is left out:
 * why a call has no price, and what its provider billed.
 *
 * Memory: 132 bytes a call, up to twice that while it grows without a hint; 10 M calls take 1.3 GB.
 * Targets and outcomes are few and shared; calls with audio, images or searches take 100 bytes more.
 */
import type { Outcome, PricedCall, Target } from '../domain/call.ts';
import { taskCode, taskOfCode } from '../domain/task.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { FloatColumn, IntColumn } from './columns.ts';

/** Stands for null where no value is negative: times, hashes, costs and ids. */
const NONE = -1;

/** What a record holds before its first call. */
const NO_OUTCOME: Outcome = { status: 'ok', httpStatus: null, errorType: '', stopReason: '' };
const NO_TARGET: Target = {
  ...{ provider: '', model: '', modelRequested: '', region: '', format: '' },
  ...{ operation: 'other', tier: 'standard', usageBasis: 'missing', timeSource: 'none' },
};

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Record = Writable<PricedCall> & { usage: Writable<Usage> };

/** Calls in time order. */
export class CallTable {
  readonly #startedAtMs: FloatColumn;
  readonly #latencyMs: FloatColumn;
  readonly #costPico: FloatColumn;
  readonly #id: FloatColumn;
  readonly #promptHash: FloatColumn;
  readonly #systemHash: FloatColumn;
  readonly #paramsHash: FloatColumn;
  readonly #answerHash: FloatColumn;
  readonly #sessionKey: FloatColumn;
  readonly #promptBytes: IntColumn;
  readonly #target: IntColumn;
  readonly #outcome: IntColumn;
  readonly #tokens: IntColumn;
  readonly #maxTokens: FloatColumn;
  readonly #temperatureMilli: FloatColumn;
  readonly #userId: IntColumn;
  /** The task's code, how sure it is, the complexity and what the request had, in one number. */
  readonly #task: IntColumn;
  readonly #targets = new Interner<Target>();
  readonly #outcomes = new Interner<Outcome>();
  /** Usages with more than text tokens. */
  readonly #rare = new Map<number, Usage>();

  /** `expected`: about how many calls there will be. */
  constructor(expected = 1024) {
    const floats = () => new FloatColumn(expected);
    const ints = () => new IntColumn(expected);
    this.#startedAtMs = floats();
    this.#latencyMs = floats();
    this.#costPico = floats();
    this.#id = floats();
    this.#promptHash = floats();
    this.#systemHash = floats();
    this.#paramsHash = floats();
    this.#answerHash = floats();
    this.#sessionKey = floats();
    this.#promptBytes = ints();
    this.#target = ints();
    this.#outcome = ints();
    this.#tokens = new IntColumn(expected * TEXT_COUNTERS.length);
    this.#maxTokens = floats();
    this.#temperatureMilli = floats();
    this.#userId = ints();
    this.#task = ints();
  }

  get calls(): number {
    return this.#startedAtMs.length;
  }

  /** When each call started; -1 without a time. Valid until the next `add`. */
  get startedAtMs(): Float64Array {
    return this.#startedAtMs.view();
  }

  /** Adds the next call in time. */
  add(call: PricedCall): void {
    const position = this.calls;
    this.#startedAtMs.push(call.startedAtMs ?? NONE);
    this.#latencyMs.push(call.latencyMs ?? NONE);
    this.#costPico.push(call.costPico ?? NONE);
    this.#id.push(call.id);
    this.#promptHash.push(call.promptHash ?? NONE);
    this.#systemHash.push(call.systemHash ?? NONE);
    this.#paramsHash.push(call.paramsHash);
    this.#answerHash.push(call.answerHash ?? NONE);
    this.#sessionKey.push(call.sessionKey ?? NONE);
    this.#promptBytes.push(call.promptBytes);
    this.#target.push(this.#targets.idOf(call.target));
    this.#outcome.push(this.#outcomes.idOf(call.outcome));
    for (const counter of TEXT_COUNTERS) this.#tokens.push(call.usage[counter]);
    if (isRare(call.usage)) this.#rare.set(position, { ...call.usage });
    this.#maxTokens.push(call.maxTokens ?? NONE);
    this.#temperatureMilli.push(call.temperatureMilli ?? NONE);
    this.#userId.push(call.userId ?? NONE);
    this.#task.push(packedFacts(call));
  }

  /** Reads every call in time order. The call is one record: what is to be kept must be copied. */
  each(see: (call: PricedCall, position: number) => void): void {
    const read = this.#reader();
    for (let position = 0; position < this.calls; position++) see(read(position), position);
  }

  /** Fills one record with one call after the other. */
  #reader(): (position: number) => PricedCall {
    const startedAtMs = this.#startedAtMs.view();
    const latencyMs = this.#latencyMs.view();
    const costPico = this.#costPico.view();
    const ids = this.#id.view();
    const promptHash = this.#promptHash.view();
    const systemHash = this.#systemHash.view();
    const paramsHash = this.#paramsHash.view();
    const answerHash = this.#answerHash.view();
    const sessionKey = this.#sessionKey.view();
    const promptBytes = this.#promptBytes.view();
    const targets = this.#target.view();
    const outcomes = this.#outcome.view();
    const tokens = this.#tokens.view();
    const maxTokens = this.#maxTokens.view();
    const temperatureMilli = this.#temperatureMilli.view();
    const userId = this.#userId.view();
    const task = this.#task.view();
    const text: Writable<Usage> = emptyUsage();
    const call = blankRecord(text);
    return (at) => {
      call.id = ids[at]!;
      call.startedAtMs = orNull(startedAtMs[at]!);
      call.latencyMs = orNull(latencyMs[at]!);
      call.target = this.#targets.values[targets[at]!]!;
      call.outcome = this.#outcomes.values[outcomes[at]!]!;
      call.usage = this.#rare.get(at) ?? textUsage(tokens, at * TEXT_COUNTERS.length, text);
      call.maxTokens = orNull(maxTokens[at]!);
      call.temperatureMilli = orNull(temperatureMilli[at]!);
      call.userId = orNull(userId[at]!);
      call.sessionKey = orNull(sessionKey[at]!);
      call.promptHash = orNull(promptHash[at]!);
      call.systemHash = orNull(systemHash[at]!);
      call.paramsHash = paramsHash[at]!;
      call.answerHash = orNull(answerHash[at]!);
      call.promptBytes = promptBytes[at]!;
      readFacts(task[at]!, call);
      call.costPico = orNull(costPico[at]!);
      return call;
    };
  }
}

/** How many bits each fact takes: of 31, so that they fit one number. */
const CONFIDENCE_BITS = 7;
const COMPLEXITY_BITS = 7;
const FLAG_BITS = 2;
const CONFIDENCE_MASK = (1 << CONFIDENCE_BITS) - 1;
const COMPLEXITY_MASK = (1 << COMPLEXITY_BITS) - 1;
const FLAG_MASK = (1 << FLAG_BITS) - 1;

/** From 0: unknown. */
const FLAGS = [null, false, true] as const;

function packedFacts({ task, taskConfidence, ...call }: PricedCall): number {
  const { complexityPercent = null, hasTools = null, hasSchema = null } = call;
  let packed = taskCode(task);
  packed = (packed << FLAG_BITS) | FLAGS.indexOf(hasSchema);
  packed = (packed << FLAG_BITS) | FLAGS.indexOf(hasTools);
  // One more than it is: 0 stands for unknown.
  packed = (packed << COMPLEXITY_BITS) | (complexityPercent === null ? 0 : complexityPercent + 1);
  return (packed << CONFIDENCE_BITS) | taskConfidence;
}

function readFacts(packed: number, call: Record): void {
  call.taskConfidence = packed & CONFIDENCE_MASK;
  let rest = packed >> CONFIDENCE_BITS;
  const complexity = rest & COMPLEXITY_MASK;
  call.complexityPercent = complexity === 0 ? null : complexity - 1;
  rest >>= COMPLEXITY_BITS;
  call.hasTools = FLAGS[rest & FLAG_MASK] ?? null;
  rest >>= FLAG_BITS;
  call.hasSchema = FLAGS[rest & FLAG_MASK] ?? null;
  call.task = taskOfCode(rest >> FLAG_BITS);
}

/** The counters nearly every call has, in the order they are kept. */
const TEXT_COUNTERS = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
] as const satisfies readonly (keyof Usage)[];

const RARE_COUNTERS = (Object.keys(emptyUsage()) as (keyof Usage)[]).filter(
  (counter) => !(TEXT_COUNTERS as readonly string[]).includes(counter),
);

function isRare(usage: Usage): boolean {
  return RARE_COUNTERS.some((counter) => usage[counter] !== 0);
}

function textUsage(tokens: Int32Array, at: number, usage: Writable<Usage>): Usage {
  usage.input = tokens[at]!;
  usage.cacheRead = tokens[at + 1]!;
  usage.cacheWrite5m = tokens[at + 2]!;
  usage.cacheWrite1h = tokens[at + 3]!;
  usage.output = tokens[at + 4]!;
  usage.reasoning = tokens[at + 5]!;
  return usage;
}

/** Every field in its place from the start: a record that changes its shape is slow. */
function blankRecord(usage: Usage): Record {
  const none = { startedAtMs: null, latencyMs: null, maxTokens: null, temperatureMilli: null };
  const nobody = { userId: null, sessionKey: null };
  const hashes = { promptHash: null, systemHash: null, paramsHash: 0, answerHash: null };
  const task = { promptBytes: 0, task: 'other', taskConfidence: 0 } as const;
  const facts = { complexityPercent: null, hasTools: null, hasSchema: null };
  const first = { target: NO_TARGET, outcome: NO_OUTCOME, usage, costPico: null };
  return { id: 0, ...none, ...nobody, ...hashes, ...task, ...facts, ...first };
}

function orNull(value: number): number | null {
  return value === NONE ? null : value;
}

/** A number for each distinct object. */
class Interner<Value> {
  readonly values: Value[] = [];
  readonly #ids = new Map<Value, number>();

  idOf(value: Value): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.values.push(value) - 1;
    this.#ids.set(value, id);
    return id;
  }
}

/**
 * `--embed MODEL`: vectors of texts from an endpoint for embeddings, each asked for once.
 *
 * Takes texts, gives their vectors as the ledger keeps them. It is a batch underneath: limits, budget,
 * retries and journal are a batch's, and what was paid for is kept, whatever breaks. Never keeps a
 * text, and never sends one whose vector is there.
 */
import { BatchCosts } from '../batch/costs.ts';
import { embedLines, embedSettings, textsIn, vectorsIn } from '../batch/embed-texts.ts';
import { runLive } from '../batch/live.ts';
import { type OpenedRun, openInputRun } from '../batch/open-run.ts';
import type { ReadTask } from '../batch/prompt-facts.ts';
import { unwrittenResults } from '../batch/results.ts';
import type { Answer, Row } from '../batch/row.ts';
import { rowBuilder } from '../batch/run-tools.ts';
import type { RunEnd } from '../batch/runner.ts';
import { Seen } from '../batch/seen.ts';
import { makerOf, servingEndpoint } from '../batch/serving.ts';
import { processTimers } from '../batch/timers.ts';
import { displayUsd } from '../domain/money.ts';
import { EXIT, UserError } from '../errors.ts';
import { countRows, rowReader } from '../ledger/batch-rows.ts';
import { dropRun, readRun } from '../ledger/batch-runs.ts';
import { closeEmbedding, EMBEDDINGS } from '../ledger/embedding-runs.ts';
import { Embeddings } from '../ledger/embeddings.ts';
import type { Ledger } from '../ledger/open.ts';
import { lockRun, type RunLock } from '../ledger/run-lock.ts';
import { displayOf, displayTokens } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import { type Planning, planOf, refuseUnbounded } from './batch-plan.ts';
import { readSending, type Sending } from './batch-send.ts';
import { type EmbedFlags, sendFlagsOf } from './embed-flags.ts';
import { chance, openSender } from './open-sender.ts';
import { openBook } from './price-book.ts';

/** What is to have vectors. */
export interface Embedding {
  readonly texts: Iterable<string>;
  readonly model: string;
  readonly flags: EmbedFlags;
  /** The run whose budget pays; null: it is its own. */
  readonly paidBy: number | null;
}

/** The vectors of texts, those that are missing asked for. Throws UserError. */
export async function embedTexts(db: Ledger, deps: Deps, asked: Embedding): Promise<Embeddings> {
  const { model, flags } = asked;
  const settings = embedSettings(model);
  const sendFlags = sendFlagsOf(flags);
  // Where all vectors are there, nobody needs a key.
  const keyless = await readSending({ ...sendFlags, dryRun: true }, deps, settings);
  const embeddings = new Embeddings(db, { model, maker: makerFor(model, keyless) });
  const missing = new Set<string>();
  for (const text of asked.texts) if (!embeddings.has(text)) missing.add(text);
  if (missing.size === 0) return embeddings;
  if (flags.embed === undefined) throw unasked(model, missing.size);
  const sending = flags.dryRun === true ? keyless : await readSending(sendFlags, deps, settings);
  for (const note of sending.found.notes) deps.note(note);
  const world = { db, deps, sending, embeddings, asked, locks: [] };
  if (flags.dryRun === true) await embedAll(world, missing);
  else await embedAlone(world, missing);
  return embeddings;
}

/** No run has this number: its lock is that of all who send texts. */
const ANY_RUN = 0;

/** Two processes would send, and pay for, the same texts. */
async function embedAlone(world: World, missing: Set<string>): Promise<void> {
  const lock = lockRun(world.db, ANY_RUN);
  if (lock === null) {
    throw new UserError(
      EXIT.failed,
      'another process is sending texts for vectors of this ledger',
      'wait until it has finished, then run the same command again: what it got is not sent again',
    );
  }
  try {
    // Another process may have had them sent meanwhile.
    for (const text of missing) if (world.embeddings.has(text)) missing.delete(text);
    if (missing.size > 0) await embedAll(world, missing);
  } finally {
    lock.release(true);
  }
}

async function embedAll(world: World, missing: ReadonlySet<string>): Promise<void> {
  const { asked, embeddings, locks } = world;
  const { paidBy } = asked;
  try {
    const first = await embedRound(world, { texts: missing, isSecond: false, paidBy });
    if (asked.flags.dryRun === true) return;
    const left = new Set([...missing].filter((text) => !embeddings.has(text)));
    if (left.size === 0) return;
    // A request is refused for one of its texts: each is sent alone then, within the same budget.
    await embedRound(world, { texts: left, isSecond: true, paidBy: paidBy ?? first });
  } finally {
    for (const lock of locks) lock.release(true);
  }
}

/** A policy alone has nothing sent. */
function unasked(model: string, missing: number): UserError {
  return new UserError(
    EXIT.usage,
    `semantic_cache.embed ${model} would send ${displayOf(missing, 'prompt')} to that model`,
    `say so with --embed ${model} (with the --base-url of before, if they have been embedded), or leave embed out: the texts themselves are compared`,
  );
}

function makerFor(model: string, { endpoints }: Sending): string {
  const endpoint = servingEndpoint(endpoints, model);
  if (endpoint !== null && endpoint.wire !== 'anthropic_messages') return makerOf(endpoint);
  throw new UserError(
    EXIT.usage,
    `--embed ${model}: no endpoint for embeddings serves it`,
    'give --base-url, or an endpoint in the config that names it',
  );
}

interface World {
  readonly db: Ledger;
  readonly deps: Deps;
  readonly sending: Sending;
  readonly embeddings: Embeddings;
  readonly asked: Embedding;
  /** Of the runs so far: to the end they are not taken for dead, whatever they pay for. */
  readonly locks: RunLock[];
}

interface Round {
  readonly texts: ReadonlySet<string>;
  /** Each text is sent alone then. */
  readonly isSecond: boolean;
  /** Null: it is its own. */
  readonly paidBy: number | null;
}

/** Sends what is missing; gives the round's run. */
async function embedRound(world: World, round: Round): Promise<number> {
  const { texts, isSecond, paidBy } = round;
  const { db, deps, asked } = world;
  const settings = embedSettings(asked.model);
  const opened = await openInputRun(
    { name: '-', label: `${EMBEDDINGS} ${asked.model}`, stdin: bytesOf(texts, isSecond) },
    { db, settings, isNew: true, atMs: deps.clock.now(), signal: deps.signal },
  );
  const { id } = opened.run;
  world.locks.push(opened.lock);
  let isKept = false;
  try {
    const planning = await planningOf(world, opened);
    await notePlan(world, planning, texts.size);
    if (asked.flags.dryRun === true) return id;
    isKept = true;
    if (paidBy === null) await refuseUnbounded(planning, world.sending, deps);
    const end = await send(world, opened, round);
    settle(world, end, { id, isSecond });
    return id;
  } finally {
    // Why it stopped is noted already, unless an error broke it off.
    const reason = readRun(db, id)?.stopReason || 'failed';
    if (isKept) closeEmbedding(db, { id, atMs: deps.clock.now(), reason });
    else dropRun(db, id);
  }
}

async function* bytesOf(texts: Iterable<string>, isAlone: boolean): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const line of embedLines(texts, isAlone)) yield encoder.encode(line);
}

/** What is embedded has no other task. */
const readTask: ReadTask = () => ({
  ...{ task: 'embedding', confidence: 100, complexity: null, sketch: 0, systemSketch: 0 },
});

async function planningOf(
  { db, deps, sending, asked }: World,
  { run }: OpenedRun,
): Promise<Planning> {
  const { contextTokensOf, endpoints } = sending;
  const book = await openBook(deps);
  const costs = new BatchCosts({ book, clock: deps.clock, contextTokensOf, endpoints });
  const of = { db, run, costs, readTask, imageFolder: deps.cwd };
  const builder = rowBuilder({ ...of, cache: null, comparesTexts: false, policy: null, endpoints });
  const settings = embedSettings(asked.model);
  const rows = { db, runId: run.id, reopened: [], builder, costs, endpoints, settings };
  return { ...rows, policy: null, semanticOf: null, isByFiles: false, isResumed: false };
}

async function notePlan({ deps, sending, asked }: World, planning: Planning, texts: number) {
  const { total } = (await planOf(planning, sending, deps)).sum;
  const cost = total.unpriced > 0 ? 'of no known price' : `likely ${displayUsd(total.likely)}`;
  const [verb, tokens] = [
    asked.flags.dryRun === true ? 'would embed' : 'embedding',
    displayTokens(total.inputTokens),
  ];
  deps.note(
    `${verb} ${displayOf(texts, 'text')} with ${asked.model}: about ${tokens} tokens, ${cost}`,
  );
}

async function send(world: World, { run }: OpenedRun, { texts, paidBy }: Round): Promise<RunEnd> {
  const { db, deps, sending } = world;
  const { clock, signal } = deps;
  const timers = processTimers();
  const seen = new Seen(null, timers.nowMs());
  const progress = deps.progress(`embedding ${displayOf(texts.size, 'text')}`);
  try {
    return await runLive({
      ...sending,
      ...{
        db,
        run,
        clock,
        readTask,
        timers,
        seen,
        cache: null,
        policy: null,
        maxRowPico: null,
        semantic: null,
      },
      book: await openBook(deps),
      sender: await openSender(sending, deps),
      imageFolder: deps.cwd,
      results: unwrittenResults(run.id),
      interrupt: signal,
      cancel: deps.cancel,
      random: chance,
      onSeen: () => progress.update(seen.now(timers.nowMs()).done, run.rowCount),
      keepAnswer: keeper(world),
      ...(paidBy === null ? {} : { paidBy }),
    });
  } finally {
    progress.end();
  }
}

/** Keeps the vectors of an answer, if that is what it holds. */
function keeper({ embeddings, asked: { model } }: World) {
  let { dims } = embeddings;
  return ({ input }: Row, answer: Answer) => {
    const texts = textsIn(input);
    const vectors = vectorsIn(answer, { texts: texts.length, dims, model });
    dims ??= vectors[0]?.length ?? null;
    return () => {
      texts.forEach((text, at) => {
        embeddings.put(text, vectors[at]!);
      });
    };
  };
}

/** Throws UserError unless all went well, or may yet. */
function settle(
  { db, deps, embeddings, asked: { model } }: World,
  { stop, message }: RunEnd,
  { id, isSecond }: { readonly id: number; readonly isSecond: boolean },
): void {
  deps.signal.throwIfAborted();
  const { failed } = countRows(db, id);
  if (stop !== 'done') {
    throw new UserError(
      stop === 'unauthorized' ? EXIT.failed : EXIT.gaps,
      `--embed ${model}: stopped (${stop}): ${message ?? ''}`,
      'what was embedded is kept: the same command goes on with the rest',
    );
  }
  if (failed === 0) return;
  const error = firstError(db, id);
  if (!isSecond && error.startsWith('bad_request')) return;
  if (embeddings.dims === null || !isSecond) {
    const hint = 'is it a model for embeddings? Local servers: --base-url http://HOST:PORT/v1';
    throw new UserError(EXIT.failed, `--embed ${model}: ${error}`, hint);
  }
  deps.note(`${displayOf(failed, 'text')} could not be embedded and are left out: ${error}`);
}

function firstError(db: Ledger, id: number): string {
  const read = rowReader(db, id);
  for (let from = 0, page = read(0, 'page'); page.length > 0; page = read(from, 'page')) {
    const failed = page.find(({ state }) => state === 'failed');
    if (failed !== undefined) return failed.error ?? '';
    from += page.length;
  }
  return '';
}

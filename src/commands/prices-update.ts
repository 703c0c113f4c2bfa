/**
 * `aicost prices update`: the current catalogue, from the network.
 *
 * Takes a URL, gives what changed and keeps the catalogue, from then on used in place of the bundled
 * one. Never keeps a file of which a price or a rule cannot be used; without --force none that is
 * older, that lacks most models, or whose prices change years from now.
 */
import { latestChange } from '../compare/catalogue-facts.ts';
import { type PriceChange, priceChanges } from '../compare/price-changes.ts';
import { DAY_MS, type EpochMs, formatDay } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { dataFolder } from '../price-store/folder.ts';
import { writeStoredCatalogue } from '../price-store/store.ts';
import { type Catalogue, catalogueBook } from '../pricing/catalogue.ts';
import { CATALOGUE_URL, parseCatalogue } from '../pricing/price.ts';
import { downloadText, redactedUrl } from '../providers/download.ts';
import { displayOf } from '../report/numbers.ts';
import type { Column } from '../report/rows.ts';
import { renderSections, type Sections, sectionOf } from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { catalogueInUse } from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';

interface Flags {
  readonly url: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** Makers announce prices months ahead, not years. */
const FARTHEST_CHANGE_DAYS = 730;

/** The file has some 2 MB. */
const MAX_BYTES = 50_000_000;
const TIMEOUT_MS = 60_000;

const right = 'right' as const;
const COLUMNS: Column<PriceChange>[] = [
  { key: 'change', title: 'Change', value: (row) => row.change },
  { key: 'provider', title: 'Provider', value: (row) => row.provider },
  { key: 'model', title: 'Model', isName: true, value: (row) => row.model },
  { key: 'input_before', title: 'Input was', align: right, value: (row) => row.inputBefore },
  { key: 'input_after', title: 'Input is', align: right, value: (row) => row.inputAfter },
  { key: 'output_before', title: 'Output was', align: right, value: (row) => row.outputBefore },
  { key: 'output_after', title: 'Output is', align: right, value: (row) => row.outputAfter },
];

/** Declares `update`. */
export function buildUpdate(command: CliCommand): void {
  command
    .description(
      'Fetches the current catalogue of public list prices over the network, says what changed, and keeps it in AICOST_HOME (~/.local/share/aicost), where it is used in place of the bundled one. Sends nothing. HTTPS_PROXY and NO_PROXY are honoured.',
    )
    .option('--url <url>', 'a mirror of the catalogue', CATALOGUE_URL)
    .option('--dry-run', 'say what would change and keep nothing')
    .option(
      '--force',
      'keep it even if it is older than the one in use, lacks most of its models, or has a price years ahead',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices update --dry-run   what has changed since
  $ aicost prices update             use it from now on
`,
    )
    .runs<Flags>(run);
}

async function run({ flags }: Invocation<Flags>, deps: Deps): Promise<void> {
  const url = redactedUrl(flags.url);
  const nowMs = deps.clock.now();
  const fetchedOn = formatDay(nowMs);
  deps.note(`fetching ${url}`);
  const text = await fetchCatalogue(flags.url, deps);
  const after = parseCatalogue({ name: url, text, fetchedOn });
  const before = await catalogueInUse(deps);
  if (flags.force !== true) {
    refuseOlder(before, after);
    refuseSmaller(before, after);
    refuseFarAhead(after, nowMs);
  }
  const isKept = flags.dryRun !== true;
  const path = isKept ? writeStoredCatalogue(dataFolder(deps), { text, fetchedOn }) : null;
  const answer = answerOf({ url, path, before, after, nowMs });
  await deps.write([renderSections(answer, deps.output)]);
}

async function fetchCatalogue(url: string, deps: Deps): Promise<string> {
  const { env, signal } = deps;
  return downloadText({ url, env, signal, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
}

const FORCE = 'name another source with --url, or keep it all the same with --force';

/** The day of the file is the day it was fetched; what is in it tells an old one. */
function refuseOlder(before: Catalogue, after: Catalogue): void {
  const today = after.info.asOf;
  if (today < before.info.asOf) {
    const days = `today is ${today} here, and the catalogue in use is of ${before.info.asOf}`;
    throw new UserError(EXIT.failed, days, `check this computer's date; ${FORCE}`);
  }
  // A change that is yet to come may be taken back, and a wrong one must not shut the right ones out.
  const [old, next] = [before, after].map(({ providers }) => latestChange(providers, today));
  if (!old || (next && next >= old)) return;
  throw new UserError(
    EXIT.failed,
    `the fetched catalogue is older than the one in use: its latest price is of ${next ?? 'no day'}, not ${old}`,
    FORCE,
  );
}

/** Models go one by one; a file without most of them is a part of one, or another file. */
function refuseSmaller(before: Catalogue, after: Catalogue): void {
  const [old, next] = [modelsOf(before), modelsOf(after)];
  const gone = [...old].filter((model) => !next.has(model)).length;
  if (gone * 2 <= old.size) return;
  const counts = `${displayOf(gone, 'model')} of the ${displayOf(old.size, 'model')} in use`;
  throw new UserError(EXIT.failed, `the fetched catalogue lacks ${counts}`, FORCE);
}

function modelsOf({ providers }: Catalogue): ReadonlySet<string> {
  return new Set(
    providers.flatMap(({ id, models }) => models.map((model) => `${id}\n${model.id}`)),
  );
}

function refuseFarAhead({ providers }: Catalogue, nowMs: EpochMs): void {
  const latest = latestChange(providers);
  if (latest === null || latest <= formatDay(nowMs + FARTHEST_CHANGE_DAYS * DAY_MS)) return;
  const message = `the fetched catalogue has a price that begins on ${latest}`;
  throw new UserError(EXIT.failed, message, FORCE);
}

interface Update {
  readonly url: string;
  /** Null: nothing was kept. */
  readonly path: string | null;
  readonly before: Catalogue;
  readonly after: Catalogue;
  readonly nowMs: EpochMs;
}

function answerOf({ url, path, before, after, nowMs }: Update): Sections {
  const changes = priceChanges(catalogueBook(before), catalogueBook(after));
  const count = (change: PriceChange['change']): number =>
    changes.filter((row) => row.change === change).length;
  const counts = {
    added: count('added'),
    removed: count('removed'),
    repriced: count('repriced'),
  };
  return {
    schema: 'aicost.update/1',
    head: {
      url,
      kept: path !== null,
      path,
      before: tableFields(before.info, nowMs),
      after: tableFields(after.info, nowMs),
      ...counts,
    },
    headline: `${displayOf(counts.added, 'model')} added, ${counts.removed} removed, ${counts.repriced} repriced`,
    sections: [sectionOf('changes', '', changes, COLUMNS)],
    notes: [
      `from ${url}`,
      `before: ${tableLine(before.info, nowMs)}`,
      path === null ? 'nothing was kept' : `kept in ${path}, and used from now on`,
    ],
  };
}

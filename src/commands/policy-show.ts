/**
 * `aicost policy show`: a policy as a file a person can edit, and what would run of it.
 *
 * Takes a name or a file, gives YAML with comments, or JSON. Never fills in a default: what is not
 * said has that of the command that runs it.
 */
import { Document, isMap, isScalar, isSeq, type Node, visit } from 'yaml';
import { EXIT, UserError } from '../errors.ts';
import { SECTION_USERS } from '../policy/check-policy.ts';
import { LEVER_IDS, LEVER_SECTIONS, type LeverId } from '../policy/levers.ts';
import type { PolicyFile, SectionKey } from '../policy/policy-file.ts';
import { type SettledPolicy, settlePolicy } from '../policy/settled.ts';
import { jsonText } from '../report/json-text.ts';
import { wrapText } from '../report/text.ts';
import type { CliCommand, Deps, GlobalFlags, Invocation } from '../terminal/command.ts';
import { flaggedFormat } from '../terminal/output.ts';
import { type PolicySource, readPolicy, readPolicySource } from './read-policy.ts';

const WIDTH = 98;
/** What fits on a line behind its key. */
const ONE_LINE = 84;

/** Declares `show`. */
export function buildShow(command: CliCommand): void {
  command
    .description(
      'Shows a preset or a policy file as YAML that can be edited, presets written out as rules where they can be, and what would run of it. Works offline.',
    )
    .argument('<name|file>', 'a preset, or a policy file')
    .addHelpText(
      'after',
      `
Examples:
  $ aicost policy show c2                            a preset as rules
  $ aicost policy show e3 -o my-policy.yaml          to begin a file of your own with
  $ aicost policy show fixtures/policy.yaml --json
`,
    )
    .runs(run);
}

async function run({ args, flags }: Invocation<object>, deps: Deps): Promise<void> {
  const { source, settled } = readSettled(args[0] ?? '', deps);
  const ran = whatRuns(await readPolicy(source), source);
  if (wantsJson(flags, deps, 'policy show')) {
    const { name, sections, notes } = settled;
    const head = { schema: 'aicost.policy/1', name, preset: source.text === null };
    await deps.write([jsonText({ ...head, policy: sections, ...ran, notes })]);
    return;
  }
  await deps.write([yamlOf(settled, ran)]);
}

/** A policy by name or file, settled. Throws UserError. */
export function readSettled(
  value: string,
  { cwd }: Pick<Deps, 'cwd'>,
): { source: PolicySource; settled: SettledPolicy } {
  const source = readPolicySource({ value, origin: value }, cwd);
  return { source, settled: settlePolicy(source.name, source.text) };
}

/** Whether JSON was asked for; the answer has no rows for other formats. Throws UserError. */
export function wantsJson(flags: GlobalFlags, { output }: Deps, what: string): boolean {
  const asked = flaggedFormat(flags);
  if (asked === 'csv' || asked === 'ndjson') {
    const message = `${what} has no rows for ${asked}`;
    throw new UserError(EXIT.usage, message, 'give --json, or no format');
  }
  return asked === 'json' || (asked === null && output.format === 'json');
}

interface Ran {
  /** The levers a simulation replays, in their order. */
  readonly levers: readonly LeverId[];
  /** The sections a batch goes by. */
  readonly batch: readonly SectionKey[];
}

function whatRuns(policy: PolicyFile, { text }: PolicySource): Ran {
  const said = LEVER_IDS.filter((id) => policy[LEVER_SECTIONS[id]] !== null);
  // A preset is simulated with a cache and the batch tier beside it, as in an audit.
  const preset: LeverId[] = ['exact_cache', 'routing', 'batch_tier'];
  const sections = Object.keys(SECTION_USERS) as SectionKey[];
  return {
    levers: text === null ? preset : (policy.levers ?? said),
    batch: sections.filter((key) => policy[key] !== null && SECTION_USERS[key].includes('batch')),
  };
}

function yamlOf({ name, sections, notes }: SettledPolicy, { levers, batch }: Ran): string {
  const none = 'nothing: calls stay as they are';
  const heads = [
    `A simulation replays: ${levers.join(', ') || none}.`,
    `A batch goes by: ${batch.join(', ') || none}.`,
    ...notes,
  ];
  return `${commented(heads)}${yamlText({ name, ...sections })}`;
}

/** YAML as people write it: lists and mappings of plain values on one line. */
export function yamlText(value: object): string {
  return writtenYaml(yamlDocument(value));
}

/** The text of a document made by `yamlDocument`. */
export function writtenYaml(document: Document): string {
  return document.toString({ lineWidth: 100 });
}

/** A document laid out as people write it, for comments to be put in. */
export function yamlDocument(value: object): Document {
  const document = new Document(value);
  const isPlain = (node: unknown) => isScalar(node) || (isSeq(node) && node.items.every(isScalar));
  visit(document, {
    Seq(_, list) {
      list.flow = list.items.every(isScalar);
    },
    Map(_, map, path) {
      // The sections themselves stay open.
      const isDeep = path.filter((one) => isMap(one as Node)).length > 1;
      const isShort = JSON.stringify(map).length < ONE_LINE;
      map.flow = isDeep && isShort && map.items.every((pair) => isPlain(pair.value));
    },
  });
  return document;
}

/** Sentences as comments of YAML. */
export function commented(sentences: readonly string[]): string {
  const lines = sentences.flatMap((sentence) => wrapText(sentence, WIDTH));
  return lines.map((line) => `# ${line}\n`).join('');
}

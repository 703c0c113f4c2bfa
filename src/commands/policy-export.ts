/**
 * `aicost policy export`: a policy as the configuration of a gateway.
 *
 * Takes a name or a file, gives YAML for LiteLLM, JSON for Portkey, or the settled policy as JSON; what
 * a gateway cannot do is said on stderr, and in the YAML. Never a key: only where it is to stand.
 */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { exportLiteLlm } from '../policy/export-litellm.ts';
import { planExport } from '../policy/export-plan.ts';
import { exportPortkey } from '../policy/export-portkey.ts';
import { parsePolicyFile } from '../policy/policy-file.ts';
import type { SettledPolicy } from '../policy/settled.ts';
import { jsonText } from '../report/json-text.ts';
import { CACHE_DEFAULTS } from '../simulate/exact-cache.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { pricedWorld } from './policy-prices.ts';
import { commented, readSettled, yamlText } from './policy-show.ts';
import { declarePrices, openBook } from './price-book.ts';

interface Flags {
  readonly to: string;
  readonly taskTags?: boolean;
  readonly strict?: boolean;
}

const GATEWAYS = ['litellm', 'portkey', 'json'];

/** Declares `export`. */
export function buildExport(command: CliCommand): void {
  command
    .description(
      'Writes a policy as the configuration of a gateway. What the gateway cannot do (rules on what it does not know, the gates of a semantic cache, certainty) is said on stderr, and in comments where the format has them. Keys are placeholders. Works offline.',
    )
    .argument('<name|file>', 'a preset, or a policy file')
    .requiredOption('--to <gateway>', 'litellm (YAML), portkey (JSON), or json: the settled policy')
    .option('--task-tags', 'callers send the task: as a tag (LiteLLM), as metadata.task (Portkey)')
    .option('--strict', 'exit code 3 where anything is left out');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Rules by task are left out unless callers name the task (--task-tags). Of several models the cheapest
at the prices in use is written.

Examples:
  $ aicost policy export --to litellm fixtures/policy.yaml -o config.yaml
  $ aicost policy export --to portkey c2 --task-tags
  $ aicost policy export --to json e3
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const { to } = flags;
  if (!GATEWAYS.includes(to)) {
    const hint = `give one of: ${GATEWAYS.join(', ')}`;
    throw new UserError(EXIT.usage, `--to: '${to}' is no gateway aicost can write`, hint);
  }
  const { settled } = readSettled(args[0] ?? '', deps);
  const { text, left } =
    to === 'json' ? plainJson(settled) : await gatewayText(settled, flags, deps);
  await deps.write([text]);
  for (const one of left) deps.note(one);
  return flags.strict === true && left.length > 0 ? EXIT.gaps : EXIT.ok;
}

interface Written {
  readonly text: string;
  readonly left: readonly string[];
}

function plainJson({ name, sections, notes }: SettledPolicy): Written {
  return { text: jsonText({ name, ...sections }), left: notes };
}

async function gatewayText(settled: SettledPolicy, flags: Flags, deps: Deps): Promise<Written> {
  // What is settled is a policy file again: presets are rules now.
  const { name, sections } = settled;
  const policy = parsePolicyFile(JSON.stringify({ name, ...sections }), name);
  const priced = pricedWorld(await openBook(deps), policy);
  const plan = planExport(settled, policy, {
    ...priced,
    tasksAreTags: flags.taskTags === true,
    defaultTtlMs: CACHE_DEFAULTS.ttlMs,
  });
  if (flags.to === 'portkey') {
    const { config, left } = exportPortkey(plan, priced.providerOf);
    return { text: jsonText(config), left };
  }
  const { config, left } = exportLiteLlm(plan, priced.providerOf);
  const head = [`LiteLLM proxy, from the policy ${name}. Not the whole of it:`, ...left];
  return { text: commented(left.length === 0 ? head.slice(0, 1) : head) + yamlText(config), left };
}

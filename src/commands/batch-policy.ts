/**
 * The policy of a batch: which models its rows may go to.
 *
 * Takes flags and settings, gives what is kept with the run, and the policy a run was begun with.
 * Never a policy that would leave rows without a model: it says so before anything is asked.
 */
import { AUTO_MODEL, type BatchSettings } from '../batch/settings.ts';
import { EXIT, UserError, usageError } from '../errors.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { DEFAULT_POLICY } from '../policy/presets.ts';
import type { Deps } from '../terminal/command.ts';
import { readPolicy, readPolicySource } from './read-policy.ts';

/** Flags that name models. */
interface ModelFlags {
  readonly model?: string;
  readonly autoBase?: string;
  readonly cascade?: string;
}

type Models = Pick<BatchSettings, 'model' | 'autoBase' | 'policy'>;

/** What rows without a model of their own are asked, and by which policy. Throws UserError. */
export async function readModels(
  flags: ModelFlags,
  operation: BatchSettings['operation'],
  { config, cwd }: Pick<Deps, 'config' | 'cwd'>,
): Promise<Models> {
  const { value, origin } = config.policy;
  refuseEmpty(flags);
  const isAuto = flags.model === AUTO_MODEL;
  const name = value ?? (isAuto ? DEFAULT_POLICY : null);
  const isAsked = isAuto || (origin === '--policy' && flags.model === undefined);
  const source = name === null ? null : readPolicySource({ value: name, origin }, cwd);
  if (origin === '--policy' && source?.text === null && !isAsked) {
    throw new UserError(
      EXIT.usage,
      `the preset ${source.name} only routes, and --model ${flags.model} leaves nothing to route`,
      `give --model auto --auto-base ${flags.model}, or leave out --policy`,
    );
  }
  // A preset of the settings has no say where no routing is asked for.
  const hasSay = source !== null && (source.text !== null || isAsked);
  const policy = hasSay && operation === 'chat' ? source : null;
  const cascaded = flags.cascade?.split(',', 1)[0]?.trim() ?? null;
  const model = flags.model ?? cascaded ?? (isAsked && policy !== null ? AUTO_MODEL : null);
  const models = { model, autoBase: flags.autoBase ?? null, policy };
  refuseOpenEnds(models, policy === null ? null : await readPolicy(policy));
  return models;
}

function refuseEmpty({ model, autoBase, cascade }: ModelFlags): void {
  const flags = { '--model': model, '--auto-base': autoBase, '--cascade': cascade };
  const empty = Object.entries(flags).find(([, name]) => name?.split(',').some(isBlank));
  if (empty !== undefined) throw usageError(`${empty[0]}: a name is empty`, 'name a model');
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Throws where a row may be left without a model. */
function refuseOpenEnds({ model, autoBase, policy }: Models, read: PolicyFile | null): void {
  if (autoBase === AUTO_MODEL) {
    throw new UserError(EXIT.usage, '--auto-base: auto is no model', 'name a model');
  }
  if (model !== AUTO_MODEL) {
    if (autoBase === null) return;
    throw new UserError(EXIT.usage, '--auto-base is for --model auto', 'leave one of them out');
  }
  if (read === null) {
    throw new UserError(EXIT.usage, 'embeddings are not routed', 'name a model with --model');
  }
  if (autoBase !== null || !mayKeep(read)) return;
  throw new UserError(
    EXIT.usage,
    `the policy ${policy?.name} leaves some rows on the model they would have had, and none is named`,
    'name it: --auto-base MODEL, or without a policy: --model MODEL',
  );
}

/** Whether a policy may leave a row where it is. */
function mayKeep({ routing, cascade }: PolicyFile): boolean {
  if (cascade?.some(({ condition }) => condition === null) === true) return false;
  if (routing === null) return true;
  if (routing.preset !== null) return routing.preset === DEFAULT_POLICY;
  const always = routing.rules.findIndex(({ condition }) => condition === null);
  const reached = always === -1 ? routing.rules : routing.rules.slice(0, always + 1);
  const otherwise = always === -1 ? [routing.otherwise] : [];
  return [...reached.map(({ use }) => use), ...otherwise].includes(null);
}

/** The policy a run was begun with; null: it has none. */
export async function policyOf({ policy }: BatchSettings): Promise<PolicyFile | null> {
  return policy === null ? null : readPolicy(policy);
}

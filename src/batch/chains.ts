/**
 * The chains of a run: which models a row may go to, from its settings.
 *
 * Takes settings, gives a chain for each row. Never a model nobody named.
 */
import { EXIT, UserError } from '../errors.ts';
import type { Chain, Step } from './chain.ts';
import { type Check, lengthCheck, refusalCheck, regexCheck, schemaCheck } from './checks.ts';
import type { Row } from './row.ts';
import { type BatchSettings, canonicalJson } from './settings.ts';

/** The chains of rows; throws UserError for a check that is none. */
export function chainsOf(settings: BatchSettings, maxRowPico: number | null): (row: Row) => Chain {
  const { schema, fallback, cascade } = settings;
  const fits = schema === null ? [] : [schemaCheck(schema)];
  const checks = [...fits, ...settings.checks.map(parseCheck)];
  const rule = canonicalJson([schema, settings.checks]);
  const known = new Map<string, Chain>();
  return ({ prompt: { model } }) => {
    let chain = known.get(model);
    if (chain === undefined) {
      const first = cascade.length > 0 ? cascade : [model];
      const models = [...new Set([...first, ...fallback])];
      const steps = models.map((name): Step => ({ model: name, checks }));
      const id = `${models.join('>')} ${checks.length === 0 ? '' : rule}`.trim();
      chain = { id, steps, fallbackOn: 'unavailable', maxRowPico };
      known.set(model, chain);
    }
    return chain;
  };
}

/** A check as the command line spells it: `refusal`, `regex:PATTERN`, `length:LEAST` or `length:LEAST-MOST`. */
export function parseCheck(text: string): Check {
  if (text === 'refusal') return refusalCheck();
  const [, kind = '', value = ''] = /^(regex|length):(.+)$/s.exec(text) ?? [];
  if (kind === 'regex') return regexCheck(value);
  const range = kind === 'length' ? /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(value) : null;
  if (range !== null) {
    return lengthCheck(Number(range[1]), range[2] === undefined ? null : Number(range[2]));
  }
  throw new UserError(
    EXIT.usage,
    `--check: '${text}' is no check`,
    'give refusal, regex:PATTERN, length:LEAST or length:LEAST-MOST',
  );
}

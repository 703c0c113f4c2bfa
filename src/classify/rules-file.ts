/**
 * A rules file: YAML → rules.
 *
 * Takes the text of a file and its name, gives rules with the lines they stand on. Throws UserError
 * with FILE:LINE for whatever it does not understand; never leaves a rule out.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { OPERATIONS } from '../domain/call.ts';
import { parseTask, TASKS, type Task } from '../domain/task.ts';
import { EXIT, UserError } from '../errors.ts';
import { ruleRegexProblem } from './rule-regex.ts';
import { RULE_KEYS, type Rule, type RuleKey } from './rules.ts';

const EXAMPLE = 'a rule is: - model: gpt-4o*, its conditions, and task: LABEL (docs/teaching.md)';
const MOST_RULES = 2_000;

/** Parses a rules file: a list of rules, or one under `rules`. Throws UserError. */
export function parseRules(text: string, file: string): Rule[] {
  refuseOtherLetters(text, file);
  return new RulesFile(text.replace(/^\ufeff/, ''), file).rules();
}

/** What is no UTF-8 was read as other letters, which no rule would ever find. */
function refuseOtherLetters(text: string, file: string): void {
  if (/^\ufffd\ufffd|^[^\n]{0,4}\0/.test(text)) {
    throw new UserError(EXIT.usage, `${file} is UTF-16, not UTF-8`, 'save it as UTF-8');
  }
  const at = text.indexOf('\ufffd');
  if (at < 0) return;
  const line = text.slice(0, at).split('\n').length;
  const hint = 'save it as UTF-8; the replacement character itself is "\\uFFFD", in double quotes';
  throw new UserError(EXIT.usage, `${file}:${line}: not UTF-8 (Latin-1, perhaps?)`, hint);
}

class RulesFile {
  readonly #lines = new LineCounter();
  readonly #document;

  constructor(
    text: string,
    readonly file: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true });
  }

  rules(): Rule[] {
    const [mistake] = this.#document.errors;
    if (mistake !== undefined) {
      const { line } = this.#lines.linePos(mistake.pos[0]);
      throw this.#error(line, `is no YAML: ${mistakeOf(mistake.message)}`);
    }
    const [warning] = this.#document.warnings;
    if (warning !== undefined) {
      const { line } = this.#lines.linePos(warning.pos[0]);
      const tag = /Unresolved tag: (\S+)/.exec(warning.message)?.[1];
      const what = tag === undefined ? mistakeOf(warning.message) : `the tag ${tag} is not known`;
      throw this.#error(line, what, 'leave tags out: rules hold texts alone');
    }
    const items = this.#list().map((item) => this.#rule(item));
    if (items.length > MOST_RULES) throw this.#error(1, `holds more than ${MOST_RULES} rules`);
    const idle = items.findIndex(({ conditions }) => conditions.length === 0);
    const after = idle < 0 ? undefined : items[idle + 1];
    if (after !== undefined) {
      const what = `never decides: the rule on line ${items[idle]?.line} fits every call`;
      throw this.#error(after.line, what);
    }
    return items;
  }

  #list(): readonly Node[] {
    let top: unknown = this.#document.contents;
    if (isMap(top)) {
      const other = top.items.find(({ key }) => textOf(key) !== 'rules');
      if (other !== undefined) {
        throw this.#error(this.#lineOf(other.key), `'${textOf(other.key)}' is not known`);
      }
      top = top.get('rules', true);
    }
    if (top === null || top === undefined) throw this.#error(1, 'holds no rule');
    if (!isSeq(top)) throw this.#error(this.#lineOf(top), 'is no list of rules');
    if (top.items.length === 0) throw this.#error(1, 'holds no rule');
    return top.items as Node[];
  }

  #rule(item: Node): Rule {
    const line = this.#lineOf(item);
    if (!isMap(item)) throw this.#error(line, 'is no rule');
    // First the keys: a task that is misspelt is one that is not known.
    const conditions = item.items
      .filter(({ key }) => textOf(key) !== 'task')
      .map(({ key, value }) => {
        const name = this.#key(key);
        return { key: name, oneOf: this.#texts(name, value, this.#lineOf(key)) };
      });
    return { line, task: this.#task(item, line), conditions };
  }

  #task(item: YAMLMap, line: number): Task {
    const node = item.get('task', true);
    if (node === undefined) throw this.#error(line, 'names no task');
    if (isSeq(node)) {
      const hint = 'make a rule of its own for each, or name the one that fits';
      throw this.#error(this.#lineOf(node), 'task is a list, and a call has one task', hint);
    }
    const text = textOf(node);
    const task = text === null ? null : parseTask(text);
    if (task !== null) return task;
    const what = `task '${text ?? ''}' is not known`;
    throw this.#error(this.#lineOf(node), what, `tasks: ${TASKS.join(', ')}`);
  }

  #key(node: unknown): RuleKey {
    const text = textOf(node);
    const key = RULE_KEYS.find((known) => known === text);
    if (key !== undefined) return key;
    const hint = `a rule may have: ${RULE_KEYS.join(', ')}, task`;
    throw this.#error(this.#lineOf(node), `'${text ?? ''}' is not known`, hint);
  }

  /** One text, or a list of texts of which any will do. */
  #texts(key: RuleKey, value: unknown, line: number): string[] {
    const nodes = isSeq(value) ? value.items : [value];
    if (nodes.length === 0) throw this.#error(line, `${key} is an empty list`);
    return nodes.map((node) => {
      const at = this.#lineOf(node, line);
      if (isAlias(node)) {
        const hint = `put it in quotes: '*${node.source}'`;
        throw this.#error(at, `${key} begins with *, which YAML takes for an alias`, hint);
      }
      const text = textOf(node);
      if (text === null || text === '') throw this.#error(line, `${key} is no text`);
      const problem = problemOf(key, text);
      if (problem !== null) throw this.#error(at, `${key} ${problem.what}`, problem.hint);
      return text;
    });
  }

  #lineOf(node: unknown, otherwise = 1): number {
    const range = (node as Node | null | undefined)?.range;
    return range === null || range === undefined ? otherwise : this.#lines.linePos(range[0]).line;
  }

  #error(line: number, what: string, hint = EXAMPLE): UserError {
    return new UserError(EXIT.usage, `${this.file}:${line}: ${what}`, hint);
  }
}

/** The text of a scalar as it stands; numbers and such as they are written. */
function textOf(node: unknown): string | null {
  if (!isScalar(node)) return typeof node === 'string' ? node : null;
  if (typeof node.value === 'string') return node.value;
  return node.value === null ? null : (node.source ?? String(node.value));
}

interface Problem {
  readonly what: string;
  readonly hint?: string;
}

/** Control characters but tab and line breaks, by how double quotes in YAML write them. */
const CONTROL = /(?![\t\n\r])\p{Cc}/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
  '\x1b': '\\e',
};

function problemOf(key: RuleKey, text: string): Problem | null {
  if (key.endsWith('_matches')) return expressionProblem(text);
  if (key !== 'operation') return null;
  const isKnown = OPERATIONS.some((operation) => operation === text.toLowerCase());
  return isKnown ? null : { what: `'${text}' is none of ${OPERATIONS.join(', ')}` };
}

function expressionProblem(text: string): Problem | null {
  const [control] = CONTROL.exec(text) ?? [];
  if (control !== undefined) {
    const name = control === '\b' ? 'a backspace' : 'a control character';
    const written = ESCAPES[control] ?? '\\x';
    const meant = text.replaceAll(control, written);
    return {
      what: `holds ${name}: in double quotes YAML takes ${written} for one`,
      hint: `use single quotes, in which YAML changes nothing: '${meant.slice(0, 80)}'`,
    };
  }
  const [, inner, flags = ''] = /^\/(.+)\/([dgimsuvy]*)$/s.exec(text) ?? [];
  if (inner !== undefined) {
    return {
      what: `'${text.slice(0, 80)}' is written with slashes${flags === '' ? '' : ' and flags'}`,
      hint: `leave them out, the case never counts: '${inner.slice(0, 80)}'; a slash itself is \\/`,
    };
  }
  const problem = ruleRegexProblem(text);
  const hint = 'docs/teaching.md says which expressions are taken';
  return problem === null ? null : { what: `'${text.slice(0, 80)}' ${problem}`, hint };
}

/** What the YAML parser says, without the place, which stands before it. */
function mistakeOf(message: string): string {
  const [first = ''] = message.split('\n');
  if (/call stack/.test(first)) return 'lists within lists, too many of them';
  return first.replace(/ at line \d+, column \d+:?$/, '').replace(/(["'])quote$/, '$1 quote');
}

/**
 * A value of a policy file with its place, so that every complaint names file and line.
 *
 * Takes a node of YAML, gives texts, numbers and lists of the kind asked for. Throws UserError for
 * any other kind. Never a default: what is absent is the section's to decide.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { EXIT, UserError } from '../errors.ts';

/** The file a value stands in. */
export interface FilePlace {
  readonly name: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
}

/** What is wrong in a policy file, and where. */
export class PolicyProblem extends UserError {
  constructor(
    message: string,
    hint: string,
    /** The value that is wrong, as the file has it. */
    readonly node: unknown,
    readonly what: { readonly line: number; readonly path: string; readonly problem: string },
  ) {
    super(EXIT.usage, message, hint);
  }
}

/** Limits of a number; both count as allowed. */
export interface NumberLimits {
  readonly from: number;
  readonly to: number;
  readonly isWhole?: boolean;
}

/** One value of a policy file. */
export class FileValue {
  readonly #place: FilePlace;
  readonly #node: unknown;
  /** As it stands in the file: where `#node` is what an alias stands for, the alias. */
  readonly #given: unknown;
  /** Where the value's key stands: that of an empty value too. */
  readonly #offset: number;

  constructor(
    place: FilePlace,
    /** As messages name it: `routing.rules`. */
    readonly path: string,
    node: unknown,
    offset: number,
  ) {
    this.#place = place;
    this.#given = node;
    this.#node = isAlias(node) ? node.resolve(place.document) : node;
    this.#offset = (node as Node | null)?.range?.[0] ?? offset;
  }

  /** Throws a UserError that names file, line and key. */
  fail(problem: string, hint: string): never {
    const { name, lines } = this.#place;
    const { line } = lines.linePos(this.#offset);
    const key = this.path === '' ? '' : `${this.path}: `;
    const message = `${name}:${line}: ${key}${problem}`;
    throw new PolicyProblem(message, hint, this.#given, { line, path: this.path, problem });
  }

  /**
   * The members of a mapping, by key; none may have another key than the known ones. `{}` says that
   * there is such a thing, and nothing of it.
   */
  members(known: readonly string[]): ReadonlyMap<string, FileValue> {
    const isEmpty = isMap(this.#node) && this.#node.items.length === 0;
    const entries = isEmpty ? [] : this.entries();
    const members = new Map(entries.map(({ key, value }) => [key, value]));
    for (const [key, value] of members) {
      if (known.includes(key)) continue;
      const where = this.path === '' ? 'a policy' : this.path;
      value.fail(`${where} has no such key`, `keys: ${known.join(', ')}`);
    }
    return members;
  }

  /** The members of a mapping with keys of the user's own; at least one. */
  entries(): { readonly key: string; readonly value: FileValue }[] {
    const node = this.#node;
    if (!isMap(node) || node.items.length === 0) {
      this.fail(
        `${this.shown()} is no mapping${isMap(node) ? ' with anything in it' : ''}`,
        'give keys with values, one below the other',
      );
    }
    return node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const path = this.path === '' ? key : `${this.path}.${key}`;
      const offset = (pair.key as Node | null)?.range?.[0] ?? this.#offset;
      const value = new FileValue(this.#place, path, pair.value, offset);
      if (key === '') value.fail('a key is no text', 'give a name, in quotes if need be');
      return { key, value };
    });
  }

  /** The items of a list; at least one. */
  items(): FileValue[] {
    const node = this.#node;
    if (!isSeq(node) || node.items.length === 0) {
      this.fail(`${this.shown()} is no list with anything in it`, 'such as [one, two]');
    }
    return node.items.map(
      (item, index) => new FileValue(this.#place, `${this.path}[${index + 1}]`, item, this.#offset),
    );
  }

  /** Whether the value is a list. */
  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** Whether the value is a list of nothing. */
  get isEmptyList(): boolean {
    return isSeq(this.#node) && this.#node.items.length === 0;
  }

  /** Whether the value is a mapping. */
  get isMapping(): boolean {
    return isMap(this.#node);
  }

  /** A text that is not empty. */
  text(): string {
    const value = this.#scalar();
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    return this.fail(`${this.shown()} is no text`, 'give a name, in quotes if need be');
  }

  /** A list of texts; one text stands for a list of it. */
  texts(): string[] {
    return this.isList ? this.items().map((item) => item.text()) : [this.text()];
  }

  /** A list of texts out of a few. */
  choices<Choice extends string>(known: readonly Choice[]): Choice[] {
    return (this.isList ? this.items() : [this]).map((item) => item.choice(known));
  }

  /** One text out of a few. */
  choice<Choice extends string>(known: readonly Choice[]): Choice {
    const text = this.text();
    const choice = known.find((one) => one === text);
    return choice ?? this.fail(`'${text}' is not known`, `give one of: ${known.join(', ')}`);
  }

  /** A number within limits. */
  number({ from, to, isWhole = false }: NumberLimits): number {
    const value = this.#scalar();
    const kind = isWhole ? 'whole number' : 'number';
    const most = Number.isFinite(to) ? `from ${from} to ${to}` : `from ${from} on`;
    if (typeof value === 'number' && value >= from && value <= to) {
      if (!isWhole || Number.isSafeInteger(value)) return value;
    }
    return this.fail(`${this.shown()} is not a ${kind} ${most}`, `give a ${kind} ${most}`);
  }

  /** True or false. */
  flag(): boolean {
    const value = this.#scalar();
    if (typeof value === 'boolean') return value;
    return this.fail(`${this.shown()} is neither true nor false`, 'give true or false');
  }

  /** The value as a message shows it, cut where it is long. */
  shown(): string {
    const node = this.#node;
    if (isMap(node)) return 'a mapping';
    if (isSeq(node)) return node.items.length === 0 ? 'an empty list' : 'a list';
    const value = this.#scalar();
    if (value === null || value === undefined) return 'nothing';
    return typeof value === 'string' ? `'${value.slice(0, 60)}'` : String(value);
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : null;
  }
}

/**
 * JSON with the line of each value, and numbers as they are written.
 *
 * Takes a JSON text, gives a tree. Never a float: `0.1` stays the text `0.1`, so that money is exact.
 */
import { invoiceError } from './refuse.ts';

/** A value of the tree; strings, numbers and booleans are texts, null is an empty one. */
export type JsonNode =
  | { readonly kind: 'object'; readonly line: number; readonly fields: Map<string, JsonNode> }
  | { readonly kind: 'array'; readonly line: number; readonly items: JsonNode[] }
  | { readonly kind: 'value'; readonly line: number; readonly text: string };

type Container = Exclude<JsonNode, { kind: 'value' }>;

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|\n/g;

/** Parses a JSON text. Throws UserError for one that is not valid, or names a field twice. */
export function parseJsonLines(file: string, text: string): JsonNode {
  refuseInvalid(file, text);
  const stack: Container[] = [];
  let root: JsonNode | null = null;
  let name: string | null = null;
  let line = 1;
  const place = (node: JsonNode): void => {
    const parent = stack.at(-1);
    if (parent === undefined) root = node;
    else if (parent.kind === 'array') parent.items.push(node);
    else {
      parent.fields.set(name ?? '', node);
      name = null;
    }
    if (node.kind !== 'value') stack.push(node);
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const parent = stack.at(-1);
    if (token === '\n') line++;
    else if (token === '{') place({ kind: 'object', line, fields: new Map() });
    else if (token === '[') place({ kind: 'array', line, items: [] });
    else if (token === '}' || token === ']') stack.pop();
    else if (token === ',' || token === ':') continue;
    else if (parent?.kind === 'object' && name === null) {
      name = JSON.parse(token) as string;
      if (parent.fields.has(name)) {
        throw invoiceError(`${file} line ${line} has the field '${name}' twice`, 'remove one');
      }
    } else place({ kind: 'value', line, text: textOf(token) });
  }
  return root ?? { kind: 'value', line: 1, text: '' };
}

function textOf(token: string): string {
  if (token.startsWith('"')) return JSON.parse(token) as string;
  return token === 'null' ? '' : token;
}

function refuseInvalid(file: string, text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = /position (\d+)/.exec(error.message)?.[1];
    const where = at === undefined ? file : `${file} line ${lineAt(text, Number(at))}`;
    throw invoiceError(`${where} is not valid JSON: ${firstLine(error)}`, 'export it again', error);
  }
}

function firstLine({ message }: Error): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 120);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

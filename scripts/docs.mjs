/**
 * Writes docs/cli.md from what `aicost --help` says, command by command (dist/ must be built).
 * With --check it writes nothing and fails when the page is stale.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../docs/cli.md', import.meta.url));
const binary = fileURLToPath(new URL('../bin/aicost.js', import.meta.url));

const text = [
  '# Command line\n',
  'Generated from `--help` by `npm run docs`; do not edit.\n',
  ...sections([]),
].join('\n');

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readIfPresent() !== text) {
  console.error('docs/cli.md is stale: run npm run build && npm run docs');
  process.exitCode = 1;
}

/** The help of a command, then that of its subcommands. */
function sections(command) {
  const help = helpOf(command);
  const title = ['aicost', ...command].join(' ');
  const heading = '#'.repeat(Math.min(command.length + 2, 4));
  const own = `${heading} ${title}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`;
  return [own, ...subcommands(help).flatMap((name) => sections([...command, name]))];
}

function helpOf(command) {
  const run = spawnSync(process.execPath, [binary, ...command, '--help'], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`aicost ${command.join(' ')} --help failed: ${run.stderr}`);
  return run.stdout;
}

/** The names listed under `Commands:`; the lines that continue a summary are indented further. */
function subcommands(help) {
  const [, list = ''] = help.split('\nCommands:\n');
  const [block = ''] = list.split('\n\n');
  return [...block.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1]);
}

function readIfPresent() {
  try {
    return readFileSync(page, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

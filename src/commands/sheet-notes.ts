/**
 * What is said of a labelled sheet before anything is learned from it, or an answer takes its place.
 *
 * Takes a sheet as it was read, gives notes: what is left out, where it stands, how to mend it. Never
 * a prompt's text, and never lets a person's labels be overwritten.
 */
import { TASKS } from '../domain/task.ts';
import { usageError } from '../errors.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import { previousText } from '../terminal/output.ts';
import { type LabelledSheet, labelsIn } from './labelled-sheet.ts';

const SHOWN_LINES = 5;
const SHOWN_LABELS = 20;
const SHOWN_CONTRADICTIONS = 10;

/** Says what of a sheet is left out, and how to mend it. */
export function noteLeftOut(sheet: LabelledSheet, file: string, deps: Deps): void {
  const { unknown, empty, embeddings, textless, garbled, repeated } = sheet;
  noteUnknown(unknown, file, deps);
  noteContradictions(sheet, file, deps);
  if (repeated > 0) {
    deps.note(`${displayOf(repeated, 'row')} left out: the same prompt with the same label again`);
  }
  if (empty > 0) deps.note(`${displayOf(empty, 'row')} without a label left out`);
  if (textless > 0) deps.note(`${displayOf(textless, 'row')} without a text left out`);
  if (embeddings > 0) {
    deps.note(
      `${displayOf(embeddings, 'row')} labelled embedding left out`,
      'the endpoint tells embeddings, no text does; a rule can: operation: embeddings',
    );
  }
  if (garbled > 0) {
    deps.note(
      `${displayOf(garbled, 'row')} with broken characters: the sheet was not saved as UTF-8`,
      'save it again as "CSV UTF-8"',
    );
  }
}

/** All of them at once, so that a sheet is mended in one go. */
function noteUnknown(unknown: LabelledSheet['unknown'], file: string, deps: Deps): void {
  if (unknown.length === 0) return;
  const named = unknown.slice(0, SHOWN_LABELS).map(({ label, lines }) => {
    const shown = lines.slice(0, SHOWN_LINES).join(', ');
    const more = lines.length > SHOWN_LINES ? ` and ${lines.length - SHOWN_LINES} more` : '';
    return `'${label.slice(0, 40)}' (${file}:${shown}${more})`;
  });
  const others = unknown.length - named.length;
  const rows = unknown.reduce((sum, { lines }) => sum + lines.length, 0);
  deps.note(
    `${displayOf(rows, 'row')} left out: no label is called ${named.join(', ')}${others > 0 ? ` and ${others} others` : ''}`,
    `labels: ${TASKS.join(', ')}; docs/teaching.md lists their other names`,
  );
}

function noteContradictions({ contradictions }: LabelledSheet, file: string, deps: Deps): void {
  for (const rows of contradictions.slice(0, SHOWN_CONTRADICTIONS)) {
    const said = rows.slice(0, SHOWN_LINES).map(({ line, task }) => `${file}:${line} says ${task}`);
    const more = rows.length > SHOWN_LINES ? ` and ${rows.length - SHOWN_LINES} more rows` : '';
    deps.note(
      `contradiction: ${said.join(', ')}${more}, of the same prompt; all of them are left out`,
      'give each prompt one label',
    );
  }
  const more = contradictions.length - SHOWN_CONTRADICTIONS;
  if (more > 0) deps.note(`${displayOf(more, 'more prompt')} with contradicting labels left out`);
}

/**
 * Refuses an answer that would replace labels a person filled in: in a sheet of --sample (`ours`), or in
 * `any` CSV with a column for them. Throws UserError.
 */
export function refuseLabels(output: Deps['output'], sheets: 'ours' | 'any'): void {
  const { rows, isOurs } = labelsIn(previousText(output));
  if (rows === 0 || (sheets === 'ours' && !isOurs)) return;
  throw usageError(
    `--out would overwrite ${output.path}, where ${displayOf(rows, 'row')} ${rows === 1 ? 'has a label' : 'have labels'} in the column task`,
    'name another file, or move it away; aicost classify --learn learns from it',
  );
}

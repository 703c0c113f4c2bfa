/**
 * Measure: how often labels are right, and whether probabilities are true.
 *
 * Takes rows {label, task, probability}, gives figures and lines to print.
 */
const BINS = 10;

export function measure(rows, isCommodity) {
  const counts = new Map();
  const count = (label) => {
    if (!counts.has(label)) counts.set(label, { right: 0, predicted: 0, gold: 0 });
    return counts.get(label);
  };
  let [right, commodity] = [0, 0];
  for (const { label, task } of rows) {
    count(label).gold++;
    count(task).predicted++;
    if (task === label) {
      count(label).right++;
      right++;
    }
    if (isCommodity(task) === isCommodity(label)) commodity++;
  }
  const f1s = [...counts.values()]
    .filter(({ gold }) => gold > 0)
    .map((c) => (2 * c.right) / (c.predicted + c.gold));
  const sure = rows.filter((row) => row.probability >= 0.6 && isCommodity(row.task));
  return {
    n: rows.length,
    accuracy: right / rows.length,
    macroF1: f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length,
    other: (count('other').predicted ?? 0) / rows.length,
    commodity: commodity / rows.length,
    calibration: calibrationError(rows),
    sure: sure.length / rows.length,
    sureRight: sure.filter((row) => isCommodity(row.label)).length / sure.length,
  };
}

/** Expected calibration error in ten bins of probability; labels turned to other are left out. */
function calibrationError(rows) {
  const bins = Array.from({ length: BINS }, () => ({ n: 0, probability: 0, right: 0 }));
  const given = rows.filter((row) => row.task !== 'other' || row.probability >= 0.2);
  for (const { probability, label, task } of given) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    bin.n++;
    bin.probability += probability;
    if (label === task) bin.right++;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / given.length;
}

export const MEASURE_TITLE =
  'group                            n    acc%  mF1  other%  comm%    ECE  >=60%  comm@60';

export function measureLine(name, m) {
  const percent = (share) => (Number.isNaN(share) ? '–' : (100 * share).toFixed(1)).padStart(6);
  return `${name.padEnd(28)} ${String(m.n).padStart(5)} ${percent(m.accuracy)} ${m.macroF1.toFixed(3)} ${percent(m.other)} ${percent(m.commodity)}  ${m.calibration.toFixed(3)} ${percent(m.sure)}  ${percent(m.sureRight)}`;
}

/** Rows are what a prompt is, columns what it was taken for. */
export function confusionLines(rows, labels) {
  const head = ' '.repeat(15) + labels.map((label) => label.slice(0, 6).padStart(7)).join('');
  const body = labels.map((label) => {
    const ofLabel = rows.filter((row) => row.label === label);
    const cells = labels.map((task) =>
      String(ofLabel.filter((row) => row.task === task).length || '.').padStart(7),
    );
    return label.padEnd(15) + cells.join('');
  });
  return [head, ...body].join('\n');
}

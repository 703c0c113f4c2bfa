/**
 * Quantiles and bounds of three distributions: normal, Student's t, binomial.
 *
 * Takes probabilities and counts, gives figures good to at least five digits. Never a bound for a
 * count beyond its trials: that throws.
 */

/** The value a standard normal variable stays below with a probability (Acklam 2003, to 1e-9). */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`probability: ${probability}`);
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_TOP, q) / (polynomial(TAIL_BOTTOM, q) * q + 1);
  }
  const q = probability - 0.5;
  const r = q * q;
  return (polynomial(MIDDLE_TOP, r) * q) / (polynomial(MIDDLE_BOTTOM, r) * r + 1);
}

const MIDDLE_TOP = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239,
];
const MIDDLE_BOTTOM = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BOTTOM = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416,
];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** The same of Student's t with degrees of freedom, by bisection of its distribution. */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`degrees of freedom: ${degrees}`);
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  let [low, high] = [0, 2];
  while (studentBelow(high, degrees) < probability) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentBelow(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function studentBelow(t: number, degrees: number): number {
  return 1 - 0.5 * betaBelow(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/**
 * The one-sided upper bound of a rate, of which `events` were seen in `trials` (Clopper and Pearson
 * 1934): the rate at which so few events would come up with probability 1 - `level`. 1 for no trials.
 */
export function clopperPearsonUpper(events: number, trials: number, level = 0.95): number {
  if (!(events >= 0 && events <= trials)) throw new RangeError(`${events} of ${trials}`);
  if (events === trials) return 1;
  let [low, high] = [events / trials, 1];
  for (let step = 0; step < 60; step++) {
    const rate = (low + high) / 2;
    // P(at most `events` at this rate), as an incomplete beta function.
    if (betaBelow(1 - rate, trials - events, events + 1) > 1 - level) low = rate;
    else high = rate;
  }
  return high;
}

/** The regularised incomplete beta function, by Lentz's continued fraction. */
function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  return (front * betaFraction(x, a, b)) / a;
}

const TINY = 1e-300;

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-13) break;
  }
  return fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The logarithm of the gamma function for values from 0.5 on (Lanczos). */
function logGamma(x: number): number {
  const z = x - 1;
  const base = z + 7.5;
  const sum = LANCZOS.reduce(
    (so, coefficient, i) => (i === 0 ? so : so + coefficient / (z + i)),
    LANCZOS[0]!,
  );
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(base) - base + Math.log(sum);
}

// Functions that Math lacks, for real arguments, to about 1e-13.

// erf by its series near zero, erfc by a continued fraction (Lentz) in the tail.
export function erf(x) {
  if (Math.abs(x) > 2.5) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  let term = x, total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= -x * x / n;
    total += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * total;
}

export function erfc(x) {
  if (x < 2.5) return 1 - erf(x);
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

// Lanczos's approximation, g = 7.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function loggamma(x) {
  if (x <= 0) return NaN; // complex there
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - loggamma(1 - x);
  const t = x + 6.5;
  const series = LANCZOS.reduce((total, c, i) => i ? total + c / (x - 1 + i) : c);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

export function gamma(x) {
  if (x <= 0 && Number.isInteger(x)) return NaN;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  if (Number.isInteger(x) && x < 171) return product(x - 1);
  return Math.exp(loggamma(x));
}

function product(n) {
  let total = 1;
  for (let k = 2; k <= n; k++) total *= k;
  return total;
}

// B_2k / (2k)! for Euler–Maclaurin.
const BERNOULLI = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600];

export function zeta(s) {
  if (s === 1) return Infinity;
  if (s < 0) return 2 ** s * Math.PI ** (s - 1) * Math.sin(Math.PI * s / 2) * gamma(1 - s) * zeta(1 - s);
  const N = 20;
  let total = N ** (1 - s) / (s - 1) + N ** -s / 2;
  for (let n = 1; n < N; n++) total += n ** -s;
  let rising = s * N ** (-s - 1); // s(s+1)…(s+2k) N^(−s−2k−1)
  BERNOULLI.forEach((b, k) => {
    total += b * rising;
    rising *= (s + 2 * k + 1) * (s + 2 * k + 2) / N ** 2;
  });
  return total;
}

// H_x = ψ(x+1) + γ: up the recurrence, then the asymptotic series of ψ.
export function harmonic(x) {
  let shift = 0, y = x + 1;
  for (; y < 12; y++) shift -= 1 / y;
  const u = 1 / (y * y);
  const tail = u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u * (1 / 132 - u * 691 / 32760)))));
  return 0.57721566490153286 + shift + Math.log(y) - 1 / (2 * y) - tail;
}

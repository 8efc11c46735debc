// Numbers for readers: three significant digits unless told, grouped integers, powers of ten.

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const MINUS = "−", THIN_SPACE = "\u202f";

export const powerOfTen = exponent => `10${[...String(exponent)].map(c => SUPERSCRIPT[c]).join("")}`;

export function formatNumber(value, digits = 3) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = Number.isInteger(value) && size < 1e7 ? group(size)
    : size >= 1e-3 && size < 1e5 ? group(Number(size.toPrecision(digits))) : scientific(size);
  return value < 0 ? MINUS + text : text;
}

// A BigInt: all of its digits, or a power of ten.
export function formatCount(count) {
  const digits = String(count);
  if (digits.length <= 15) return group(digits);
  return `${Number(`${digits[0]}.${digits.slice(1, 3)}`)}${THIN_SPACE}×${THIN_SPACE}${powerOfTen(digits.length - 1)}`;
}

function group(size) {
  const [whole, fraction] = String(size).split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) : whole;
  return fraction ? `${grouped}.${fraction}` : grouped;
}

function scientific(size) {
  const [digits, exponent] = size.toExponential(2).split("e");
  return `${Number(digits)}${THIN_SPACE}×${THIN_SPACE}${powerOfTen(Number(exponent))}`;
}

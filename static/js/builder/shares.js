/** Shares are stored as fractions and written in per cent: 0.2 is 20 %. The point is moved in the text: nothing is rounded. */

const NUMBER = /^([+-]?)(\d*)\.?(\d*)$/;

/** The text of a number with its point moved to the right, or to the left by a negative `places`; null for anything else. */
function moved(text, places) {
  const found = NUMBER.exec(text);
  if (!found || !(found[2] + found[3])) return null;
  const [, sign, whole, rest] = found;
  const digits = `${"0".repeat(Math.max(0, -places))}${whole}${rest}${"0".repeat(Math.max(0, places))}`;
  const point = digits.length - rest.length - Math.max(0, places) + places;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "") || "0";
  const right = digits.slice(point).replace(/0+$/, "");
  return `${sign === "-" ? "-" : ""}${left}${right ? `.${right}` : ""}`;
}

/** 0.2 → "20"; what is no number stays as it is. */
export const toPercent = (value) => moved(String(value ?? ""), 2) ?? String(value ?? "");

/** "20", "20 %" → "0.2"; what is no number stays as it is, for the server to say what is wrong with it. */
export function fromPercent(text) {
  const typed = text.replace(/\s*%$/, "").trim();
  return moved(typed, -2) ?? typed;
}

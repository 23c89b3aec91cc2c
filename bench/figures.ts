/** Formats figures: medians with their spread, targets, tables, a picture. */

/** What was measured, once a round. */
export interface Figure {
  readonly what: string;
  /** Their median is compared with the target. */
  readonly values: readonly number[];
  readonly unit: string;
  /** The highest acceptable value; absent if the figure is only reported. */
  readonly target?: number;
  /** What it was made of, or is to be compared with. */
  readonly beside?: string;
}

/** A figure with a target. */
export type Aimed = Figure & { readonly target: number };

/** A table that is reported without a verdict. */
export interface Table {
  readonly title: string;
  /** What it shows, in whole sentences. */
  readonly about: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function computeMedian(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Formats a number with its significant digits. */
export function formatDigits(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  return value.toLocaleString("en", {
    minimumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2,
    maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4,
  });
}

/** The least and the greatest value; empty if all rounds gave the same. */
export function formatExtent(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? "" : `${formatDigits(least)} to ${formatDigits(most)}`;
}

/** A median with the least and the most beside it. */
export function formatSpread(values: readonly number[], unit: string): string {
  const between = formatExtent(values);
  return `${formatDigits(computeMedian(values))} ${unit}${between && ` (${between})`}`;
}

/** One quotient for each round, so that the ratio has a spread. */
export function computeRatios(ours: readonly number[], against: readonly number[]): number[] {
  return ours.map((value, round) => value / (against[round] ?? Number.NaN));
}

export const isAimed = (figure: Figure): figure is Aimed => figure.target !== undefined;

export const isMet = ({ values, target }: Aimed) => computeMedian(values) <= target;

export const isMissed = (figure: Figure): figure is Aimed => isAimed(figure) && !isMet(figure);

export const formatMedian = ({ values, unit }: Pick<Figure, "values" | "unit">) =>
  `${formatDigits(computeMedian(values))} ${unit}`;

export function formatTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const formatLine = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [formatLine(heads), formatLine(heads.map(() => "---")), ...rows.map(formatLine)].join(
    "\n",
  );
}

export function formatFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, values, unit, target, beside = "" } = figure;
    return [
      what,
      `**${formatMedian(figure)}**`,
      formatExtent(values),
      target === undefined ? "" : `≤ ${formatDigits(target)} ${unit}`,
      isAimed(figure) ? (isMet(figure) ? "met" : "**missed**") : "",
      beside,
    ];
  });
  return formatTable(["what", "median", "least to most", "to reach", "", "beside it"], rows);
}

const escapeText = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Each figure with a target as a bar, its target at the line in the middle. */
export function drawFigures(figures: readonly Aimed[]): string {
  const [row, label, width] = [26, 480, 300];
  const height = figures.length * row + 40;
  const bars = figures.map((figure, index) => {
    const [value, { what, target }] = [computeMedian(figure.values), figure];
    // With a target of 0, any value is too much.
    const share = target === 0 ? (value === 0 ? 0 : 2) : value / target;
    const length = Math.max(1, Math.min(width, (share * width) / 2));
    const y = 30 + index * row;
    return `<text x="${label - 8}" y="${y + 12}" text-anchor="end">${escapeText(what)}</text><rect x="${label}" y="${y}" width="${length.toFixed(1)}" height="16" fill="${isMet(figure) ? "#2da44e" : "#cf222e"}"/><text x="${(label + length + 6).toFixed(1)}" y="${y + 12}">${escapeText(formatMedian(figure))}</text>`;
  });
  const line = label + width / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${label + width + 150} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#57606a" role="img" aria-label="Each figure against its target">
<text x="${line}" y="16" text-anchor="middle">target</text><line x1="${line}" x2="${line}" y1="22" y2="${height - 8}" stroke="#57606a" stroke-dasharray="4 3"/>
${bars.join("\n")}
</svg>
`;
}

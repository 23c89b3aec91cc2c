/** Figures and how they are written down: medians, ratios against a target, a table, a picture. */

export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  /** What is compared with the target: at most that much is right. */
  readonly value: number;
  readonly unit: string;
  readonly target: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** A median with the least and the most beside it. */
export function spread(values: readonly number[], unit: string, digits = 2): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} ${unit} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

export const isMet = ({ value, target }: Figure) => value <= target;

export function written({ value, unit }: Pick<Figure, "value" | "unit">): string {
  return `${Number.isInteger(value) ? value : value.toFixed(2)} ${unit}`;
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, ours, against, unit, target } = figure;
    return `| ${what} | **${written(figure)}** | ≤ ${target} ${unit} | ${isMet(figure) ? "met" : "**missed**"} | ${ours} | ${against} |`;
  });
  return [
    "| what | figure | to reach | | ours | against |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Each figure as a bar, its target at the line in the middle. */
export function picture(figures: readonly Figure[]): string {
  const [row, label, width] = [26, 380, 360];
  const height = figures.length * row + 40;
  const bars = figures.map((figure, index) => {
    const { what, value, target } = figure;
    // Where nothing is allowed, anything is too much.
    const share = target === 0 ? (value === 0 ? 0 : 2) : value / target;
    const length = Math.max(1, Math.min(width, (share * width) / 2));
    const y = 30 + index * row;
    return `<text x="${label - 8}" y="${y + 12}" text-anchor="end">${what.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text><rect x="${label}" y="${y}" width="${length.toFixed(1)}" height="16" fill="${isMet(figure) ? "#2da44e" : "#cf222e"}"/><text x="${(label + length + 6).toFixed(1)}" y="${y + 12}">${written(figure)}</text>`;
  });
  const line = label + width / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${label + width + 130} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#57606a" role="img" aria-label="Each figure against its target">
<text x="${line}" y="16" text-anchor="middle">target</text><line x1="${line}" x2="${line}" y1="22" y2="${height - 8}" stroke="#57606a" stroke-dasharray="4 3"/>
${bars.join("\n")}
</svg>
`;
}

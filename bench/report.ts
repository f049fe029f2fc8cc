/** Figures as a table for people and as JSON for machines. */

/** The value below which `share` (0..1) of the samples lie; nearest rank. */
export function percentile(samples: number[], share: number): number {
  if (samples.length === 0) return NaN;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

export function printTable(title: string, rows: Record<string, number | string>[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: number | string | undefined) =>
    typeof value === 'number' ? (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1)) : (value ?? '');
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)));
  console.log(`\n${title}`);
  console.log(columns.map((column, i) => column.padStart(widths[i]!)).join('  '));
  for (const row of rows) console.log(columns.map((column, i) => text(row[column]).padStart(widths[i]!)).join('  '));
}

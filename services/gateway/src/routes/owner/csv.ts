export type CsvCell = string | number | null;

/**
 * A spreadsheet runs fields that begin with one of these as formulas; a leading apostrophe makes them text (OWASP, CSV
 * injection). Numbers are not formulas. Quotes are doubled, every field is quoted (RFC 4180).
 */
function csvField(value: CsvCell): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Lines of fields, each ended by CR LF. */
export const csvLines = (rows: readonly (readonly CsvCell[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");

/** The members of a record in column order; values other than text or numbers are written as JSON. */
export const csvCells = (columns: readonly string[], record: Record<string, unknown>): CsvCell[] =>
  columns.map((column) => {
    const value = record[column] ?? null;
    return typeof value === "string" || typeof value === "number" || value === null ? value : JSON.stringify(value);
  });

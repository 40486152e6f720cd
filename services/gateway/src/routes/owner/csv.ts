/**
 * A spreadsheet runs what begins with one of these as a formula; an apostrophe in front makes it text again (OWASP, CSV
 * injection). Numbers are no formulas. Quotes are doubled, every field is quoted (RFC 4180).
 */
function csvField(value: string | number | null): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Lines of fields, each ended by CR LF. */
export const csvLines = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("");

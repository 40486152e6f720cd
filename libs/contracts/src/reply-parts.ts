/**
 * Joins the parts that a turn has said into its one answer: one space between two parts of one line each, otherwise a newline. Whoever
 * shows or keeps a turn as one text joins here, so that the same turn reads the same everywhere.
 */
export function joinParts(parts: readonly string[]): string {
  return parts.reduce((joined, part, index) => {
    if (index === 0) return part;
    const oneLine = !part.includes("\n") && !parts[index - 1]?.includes("\n");
    return joined + (oneLine ? " " : "\n") + part;
  }, "");
}

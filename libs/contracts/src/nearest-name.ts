import { z } from "zod";

/** The name out of `names` that a misspelt one probably stands for, or null: at most two slips away, and fewer than half of its letters. */
export function nearestName(name: string, names: readonly string[]): string | null {
  // Longer than any field: not worth the comparison, whose cost grows with the length.
  if (name.length > 64) return null;
  let best: string | null = null;
  let fewest = Math.min(2, Math.ceil(name.length / 2) - 1) + 1;
  for (const candidate of names) {
    const slips = slipsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** Letters to add, leave out, replace, or swap with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same];
      row.push(Math.min(...ways, ...(swapped ? [(beforeLast[j - 2] ?? 0) + 1] : [])));
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** Names of the fields that an object at `path` inside a schema may have; of all of its forms where there are several. */
export function namesAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodObject) {
    const [first, ...rest] = path;
    const shape: Record<PropertyKey, unknown> = schema.shape;
    return first === undefined ? Object.keys(shape) : namesAt(shape[first], rest);
  }
  if (schema instanceof z.ZodArray) return namesAt(schema.element, path.slice(1));
  if (schema instanceof z.ZodRecord) return namesAt(schema.valueType, path.slice(1));
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => namesAt(option, path));
  if (schema instanceof z.ZodPipe) return namesAt(schema.in, path);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return namesAt(schema.unwrap(), path);
  return [];
}

/**
 * The position of a value in JSON text: the offsets of the deepest existing part of `path`. Null when the text is not JSON (the issues of a
 * YAML document are shown by path alone).
 */
export function positionOf(source: string, path: readonly (string | number)[]): { start: number; end: number } | null {
  try {
    JSON.parse(source);
  } catch {
    return null;
  }
  return walk(source, skipSpace(source, 0), path);
}

/** Line of an offset, from 1. */
export const lineOf = (source: string, offset: number): number => source.slice(0, offset).split("\n").length;

// From here on the text is known to be JSON, so each scanner may rely on what must follow.

function walk(source: string, at: number, path: readonly (string | number)[]): { start: number; end: number } {
  const [wanted, ...rest] = path;
  const opening = source[at];
  if (wanted !== undefined && (opening === "{" || opening === "[")) {
    let index = 0;
    let next = skipSpace(source, at + 1);
    while (next < source.length && source[next] !== "}" && source[next] !== "]") {
      let name: string | number = index;
      let value = next;
      if (opening === "{") {
        const end = endOfString(source, next);
        name = String(JSON.parse(source.slice(next, end)));
        value = skipSpace(source, skipSpace(source, end) + 1);
      }
      if (String(name) === String(wanted)) return walk(source, value, rest);
      next = skipSpace(source, endOfValue(source, value));
      if (source[next] === ",") next = skipSpace(source, next + 1);
      index += 1;
    }
  }
  return { start: at, end: endOfValue(source, at) };
}

function skipSpace(source: string, at: number): number {
  while (at < source.length && " \t\r\n".includes(source.charAt(at))) at += 1;
  return at;
}

function endOfString(source: string, at: number): number {
  at += 1;
  while (at < source.length && source[at] !== '"') at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfValue(source: string, at: number): number {
  let depth = 0;
  while (at < source.length) {
    const char = source.charAt(at);
    if (char === '"') {
      at = endOfString(source, at);
    } else if (depth === 0 && ",]} \t\r\n".includes(char)) {
      return at;
    } else {
      if (char === "{" || char === "[") depth += 1;
      if (char === "}" || char === "]") depth -= 1;
      at += 1;
    }
    if (depth === 0 && '}]"'.includes(source.charAt(at - 1))) return at;
  }
  return at;
}

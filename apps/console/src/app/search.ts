/** The address keeps words as they are: `?status=active&person=42` is what was asked for, nothing is guessed to be a number. */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search));

/** What is empty is left out. */
export function stringifySearch(values: Record<string, unknown>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === null || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** The words of an address under these names; others are no part of the page. */
export function wordsOf<Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): { [name in Name]?: string } {
  const words: { [name in Name]?: string } = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" && value !== "") words[name] = value;
  }
  return words;
}

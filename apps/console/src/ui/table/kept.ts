import { useState } from "react";

/** A list of texts or objects stored in this browser. Blocked storage, or other content, counts as empty. */
export function useKept<T>(
  key: string,
  isOne: (value: unknown) => value is T,
): [readonly T[], (next: readonly T[]) => void] {
  const [kept, setKept] = useState(() => read(key, isOne));
  const keep = (next: readonly T[]): void => {
    setKept(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // It then lasts until the page is closed.
    }
  };
  return [kept, keep];
}

function read<T>(key: string, isOne: (value: unknown) => value is T): readonly T[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter(isOne) : [];
  } catch {
    return [];
  }
}

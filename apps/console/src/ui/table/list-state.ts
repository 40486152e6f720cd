import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

export interface Sort {
  id: string;
  descending: boolean;
}

/** The state of a list, as given by its address. Reload, Back and a copied address keep it. */
export interface ListState {
  /** The active filters. As part of a query key they make each selection a list of its own. */
  filter: Readonly<Record<string, string>>;
  sort: Sort | null;
  /** Row whose details are open. */
  peek: string | null;
  setFilter: (changes: Record<string, string | null>) => void;
  setSort: (sort: Sort | null) => void;
  setPeek: (id: string | null) => void;
  /** Filters and sort as a part of an address, for saved views. */
  words: string;
  setWords: (words: string) => void;
}

const OWN = new Set(["sort", "peek"]);

/**
 * `names`: the filters of this list; other parameters of the address belong to the page and stay. A route that has `validateSearch` must
 * let these parameters, `sort` and `peek` through.
 */
export function useListState(names: readonly string[]): ListState {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const known = names.join(" ");
  return useMemo(() => {
    const wordOf = (name: string): string | null => {
      const value = search[name];
      return value === undefined || value === null || value === "" ? null : String(value);
    };
    const filter: Record<string, string> = {};
    for (const name of known.split(" ")) {
      const word = wordOf(name);
      if (word !== null && !OWN.has(name)) filter[name] = word;
    }
    const change = (changes: Record<string, string | null>, replace: boolean): void => {
      const next = (before: Record<string, unknown>): Record<string, unknown> =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null && value !== ""),
        );
      // The list does not know its route; its parameters are plain text on every one.
      void navigate({ to: ".", search: next as never, replace, resetScroll: false });
    };
    const sort = sortOf(wordOf("sort"));
    return {
      filter,
      sort,
      peek: wordOf("peek"),
      setFilter: (changes) => change({ ...changes, peek: null }, true),
      setSort: (to) => change({ sort: to === null ? null : wordOfSort(to) }, true),
      // The first peek goes into the history, so that Back closes it; moving on does not.
      setPeek: (peek) => change({ peek }, wordOf("peek") !== null),
      words: new URLSearchParams({ ...filter, ...(sort === null ? {} : { sort: wordOfSort(sort) }) }).toString(),
      setWords: (words) => {
        const cleared = Object.fromEntries([...known.split(" "), "sort", "peek"].map((name) => [name, null]));
        change({ ...cleared, ...Object.fromEntries(new URLSearchParams(words)) }, false);
      },
    };
  }, [search, navigate, known]);
}

const wordOfSort = ({ id, descending }: Sort): string => (descending ? `-${id}` : id);

function sortOf(word: string | null): Sort | null {
  if (word === null) return null;
  return word.startsWith("-") ? { id: word.slice(1), descending: true } : { id: word, descending: false };
}

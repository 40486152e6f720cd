import { diff3Merge } from "node-diff3";

export interface Sides {
  /** The common base. */
  base: string;
  mine: string;
  theirs: string;
}

/** Lines that both sides agree on or that at most one has changed; or a place that each has changed in its own way. */
export type Part =
  | { type: "settled"; lines: readonly string[] }
  | { type: "conflict"; base: string; mine: string; theirs: string; line: number };

/** Merges changes of one side alone; places are given in lines of the user's own text. */
export function mergeTexts({ base, mine, theirs }: Sides): Part[] {
  const [a, o, b] = [mine, base, theirs].map((text) => text.split("\n"));
  return diff3Merge(a ?? [], o ?? [], b ?? [], { excludeFalseConflicts: true }).map(({ ok, conflict }): Part => {
    if (conflict === undefined) return { type: "settled", lines: ok ?? [] };
    const [own, before, other] = [conflict.a, conflict.o, conflict.b].map((lines) => lines.join("\n"));
    return {
      ...{ type: "conflict", base: before ?? "", mine: own ?? "", theirs: other ?? "" },
      line: conflict.aIndex + 1,
    };
  });
}

/** The whole text; `chosen` has the lines for each conflict in order, undefined = the user's own for now. */
export function mergedText(parts: readonly Part[], chosen: readonly (string | undefined)[]): string {
  let place = 0;
  const lines = parts.flatMap((part): readonly string[] => {
    if (part.type === "settled") return part.lines;
    const text = chosen[place] ?? part.mine;
    place += 1;
    return text === "" ? [] : text.split("\n");
  });
  return lines.join("\n");
}

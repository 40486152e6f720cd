import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";

/** A part of a text and what stands there instead. */
export interface Splice {
  from: number;
  to: number;
  text: string;
}

export type OwnedMap = YAMLMap<Node, Node | null> & { items: Pair<Node, Node | null>[] };
export type OwnedSeq = YAMLSeq<Node>;

export function spliced(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => b.from - a.from);
  return ordered.reduce((done, { from, to, text: put }) => done.slice(0, from) + put + done.slice(to), text);
}

/** Texts of ranges exchanged: the place of each gets what stood at `order`. */
export function permuted(
  text: string,
  ranges: readonly { from: number; to: number }[],
  order: readonly number[],
): Splice[] {
  return order.flatMap((from, to) => {
    const [source, target] = [ranges[from], ranges[to]];
    if (from === to || !source || !target) return [];
    return [{ ...target, text: text.slice(source.from, source.to) }];
  });
}

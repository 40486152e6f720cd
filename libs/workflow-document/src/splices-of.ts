import { isMap, isSeq } from "yaml";
import { insertIntoBlock, moveInBlock, removeFromBlock, setInBlock } from "./block-splices.js";
import type { Change } from "./change.js";
import { insertIntoFlow, moveInFlow, removeFromFlow, setInFlow } from "./flow-splices.js";
import { findPlace, followed } from "./places.js";
import type { Source } from "./source.js";
import type { OwnedMap, OwnedSeq, Splice } from "./splice.js";

/** The parts of the text that a change concerns; null where the tree has no such place. */
export function splicesOf(source: Source, change: Change): Splice[] | null {
  if (change.op === "insert" || change.op === "move") return splicesOfList(source, change);
  const key = change.path.at(-1);
  const owner = followed(source, findPlace(source, change.path.slice(0, -1))?.node ?? null);
  if (key === undefined) return null;
  if (isMap(owner)) {
    const map = owner as OwnedMap;
    if (change.op === "set")
      return isFlow(map) ? setInFlow(source, map, key, change.value) : setInBlock(source, map, key, change.value);
    return isFlow(map) ? removeFromFlow(source, map, key) : removeFromBlock(source, map, key);
  }
  if (!isSeq(owner) || typeof key !== "number") return null;
  const seq = owner as OwnedSeq;
  if (change.op === "set")
    return isFlow(seq) ? setInFlow(source, seq, key, change.value) : setInBlock(source, seq, key, change.value);
  return isFlow(seq) ? removeFromFlow(source, seq, key) : removeFromBlock(source, seq, key);
}

function splicesOfList(source: Source, change: Extract<Change, { op: "insert" | "move" }>): Splice[] | null {
  const list = followed(source, findPlace(source, change.path)?.node ?? null);
  if (!isSeq(list)) return null;
  const seq = list as OwnedSeq;
  if (change.op === "move") {
    const order = seq.items.map((_, index) => index);
    order.splice(change.to, 0, ...order.splice(change.from, 1));
    return isFlow(seq) ? moveInFlow(seq, source, order) : moveInBlock(seq, source, order);
  }
  // An empty list has no style of its own: it takes that of what it stands in.
  if (seq.items.length === 0 && change.path.length > 0)
    return splicesOf(source, { op: "set", path: change.path, value: [change.value] });
  return isFlow(seq)
    ? insertIntoFlow(source, seq, change.index, change.value)
    : insertIntoBlock(source, seq, change.index, change.value);
}

const isFlow = (node: { flow?: boolean }): boolean => node.flow === true;

/** One line of an edit script. */
interface Line {
  sign: " " | "-" | "+";
  text: string;
}

/** Lines around a change. */
const CONTEXT = 3;
/** Beyond this many differing lines the middle is reported as one replaced block: search time grows quadratically. */
const MAX_EDITS = 2_000;

/** The unified diff of two texts; empty when they are the same. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  if (before === after) return "";
  const lines = editScript(before.split("\n"), after.split("\n"));
  const hunks = hunksOf(lines).map(({ from, to }) => hunkText(lines, from, to));
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks].join("\n");
}

function editScript(a: string[], b: string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const same = (text: string): Line => ({ sign: " ", text });
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

/** The shortest edit script (Myers, O(ND)). */
function middle(a: string[], b: string[]): Line[] {
  const rounds: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, MAX_EDITS); edits += 1) {
    rounds.push(furthest);
    const next = new Map<number, number>();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
      let x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, rounds);
    }
    furthest = next;
  }
  return [...a.map((text): Line => ({ sign: "-", text })), ...b.map((text): Line => ({ sign: "+", text }))];
}

const at = (furthest: Map<number, number>, k: number): number => furthest.get(k) ?? -1;

function walkBack(a: string[], b: string[], rounds: Map<number, number>[]): Line[] {
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = rounds.length - 1; edits >= 0; edits -= 1) {
    const furthest = rounds[edits] ?? new Map();
    const k = x - y;
    const down = k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : at(furthest, fromK);
    const fromY = edits === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      lines.push({ sign: " ", text: a[x] ?? "" });
    }
    if (edits === 0) break;
    if (down) lines.push({ sign: "+", text: b[fromY] ?? "" });
    else lines.push({ sign: "-", text: a[fromX] ?? "" });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}

/** Changed places with their context, as ranges of the script; adjacent ranges are merged. */
function hunksOf(lines: readonly Line[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === " ") continue;
    const last = hunks.at(-1);
    const to = Math.min(lines.length, index + CONTEXT + 1);
    if (last && index - CONTEXT <= last.to) last.to = to;
    else hunks.push({ from: Math.max(0, index - CONTEXT), to });
  }
  return hunks;
}

function hunkText(lines: readonly Line[], from: number, to: number): string {
  const count = (part: readonly Line[], without: Line["sign"]): number =>
    part.filter(({ sign }) => sign !== without).length;
  const before = lines.slice(0, from);
  const hunk = lines.slice(from, to);
  const range = (without: Line["sign"]): string => {
    const length = count(hunk, without);
    return `${count(before, without) + (length === 0 ? 0 : 1)},${length}`;
  };
  return [`@@ -${range("+")} +${range("-")} @@`, ...hunk.map(({ sign, text }) => sign + text)].join("\n");
}

import { EXIT, type Io } from "../io.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface Filter extends Globals {
  action?: string;
  actor?: string;
  target?: string;
  from?: string;
  to?: string;
}

interface Entry {
  seq: number;
  at: string;
  actor: { via: string; id: string; role: string; address?: string | null };
  action: string;
  target_id: string | null;
}

interface Verified {
  intact: boolean;
  checked: number;
  sealed: number;
  head: { seq: number; hash: string } | null;
  problems: { seq: number; problem: string }[];
  next_cursor?: string | null;
}

export const PROBLEMS: Record<string, string> = {
  changed: "was changed",
  missing_before: "has lost the entry before it",
  not_joined: "does not join the entry before it",
  added: "was added past the end",
  cut_off: "was the last one and is gone",
  seal_broken: "has a seal that was changed",
  unlike_sealed: "is not what was sealed",
  head_missing: "is the last one: the entry that was asked for is not in the file",
};

const queryOf = ({ action, actor: actor_id, target: target_id, from, to }: Filter) => ({
  ...{ action, actor_id, target_id, from, to },
});

/** Newest first. Read-only. */
export async function listAudit(io: Io, options: Filter & { limit: number }): Promise<number> {
  const { limit } = options;
  const list = { path: "/api/audit", query: queryOf(options), limit, signal: io.signal };
  const data = await readAll<Entry>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map(({ seq, at, actor, action, target_id }) => [
      ...[String(seq), at, action, target_id ?? "", `${actor.via} ${actor.id}`, actor.role, actor.address ?? ""],
    ]);
    printTable(io, ["SEQ", "AT", "ACTION", "TARGET", "ACTOR", "ROLE", "ADDRESS"], rows);
  }
  return EXIT.ok;
}

/** All entries as JSON lines, oldest first, a thousand per call. Read-only; the audit records the export. */
export async function exportAudit(io: Io, options: Filter & { after?: number }): Promise<number> {
  const transport = ownerTransport(io, options);
  const page = (after: string): Promise<{ text: string; next: string | null }> => {
    const call = { method: "GET" as const, path: "/api/audit/export", query: { ...queryOf(options), after } };
    return transport.open({ ...call, signal: io.signal }, async (response) => ({
      text: await response.text(),
      next: response.headers.get("x-next-after"),
    }));
  };
  let after: string | null = String(options.after ?? 0);
  while (after !== null) {
    const { text, next } = await page(after);
    io.stdout.write(text);
    after = next;
  }
  return EXIT.ok;
}

/** Whether the chain is intact, some seconds of work per call. Read-only. */
export async function verifyAudit(io: Io, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const verify = (cursor?: string): Promise<Verified> =>
    transport.json({ method: "GET", path: "/api/audit/verify", query: { cursor }, signal: io.signal });
  let found = await verify();
  while (found.next_cursor) {
    const { checked, sealed, problems } = found;
    const more = await verify(found.next_cursor);
    found = {
      ...more,
      intact: found.intact && more.intact,
      checked: checked + more.checked,
      sealed: sealed + more.sealed,
      problems: [...problems, ...more.problems],
    };
  }
  if (options.json) printJson(io, found);
  else {
    const { checked, sealed, head, problems } = found;
    for (const { seq, problem } of problems) printLine(io, `Entry ${seq} ${PROBLEMS[problem] ?? problem}.`);
    if (found.intact) printLine(io, `Intact: ${checked} entries, ${sealed} seals.`);
    if (head !== null) printLine(io, `Newest entry: ${head.seq}, ${head.hash}`);
  }
  return found.intact ? EXIT.ok : EXIT.failure;
}

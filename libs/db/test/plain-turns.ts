import type { Db } from "../src/index.js";

type Json = Record<string, unknown>;

/** The lease that was granted last with a message of a session, as its wake-up would carry it. */
const grants = new Map<string, number>();
export const grantedTo = (sessionId: string): number | null => grants.get(sessionId) ?? null;

interface AcceptedRow {
  n: number;
  conversation_id: string;
  session_id: string;
  tenant_id: string;
  seq: number;
  messages_used: number;
  max_messages: number | null;
  granted_fence: string | null;
}

/** accept_plain() over items of accept_messages(); answers those that were accepted. */
export async function acceptPlain(db: Db, items: readonly Json[]): Promise<(Json & { i: number })[]> {
  const column = (name: string): unknown[] => items.map((item) => item[name] ?? null);
  const access = (name: string): unknown[] => items.map((item) => Reflect.get(Object(item.access), name) ?? null);
  const event = items.map(({ content, client_message_id }) =>
    JSON.stringify({ role: "user", content, client_message_id: client_message_id ?? null }).slice(1),
  );
  const rows = await db.query<AcceptedRow>(
    "select * from accept_plain($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    [
      ...["tenant_id", "session_id", "link_id", "token_id", "token_hash"].map(access),
      ...["content", "client_message_id", "idem_key", "idem_fingerprint", "signature", "reply_to"].map(column),
      ...[event, 60_000],
    ],
  );
  return rows.map(({ n, granted_fence, ...row }) => {
    if (granted_fence !== null) grants.set(row.session_id, Number(granted_fence));
    const turn = { status: "pending", turn_id: `${row.conversation_id}.${row.seq}`, seq: row.seq };
    return { i: Number(items[n - 1]?.i), replayed: false, turn, granted: granted_fence !== null, ...row };
  });
}

interface PlainItem {
  i: number;
  conversation_id: string;
  seq: number;
  kind: string;
  messages: { content: string; node_id: string; node_name: string }[];
  transitions: Json[];
  variables?: Json;
}

const isPlain = (item: Json): boolean =>
  item.failed === null &&
  item.ended !== true &&
  !["escalation", "timer_seconds", "spent", "memory"].some((name) => name in item) &&
  (item.notices as unknown[]).length === 0;

/** commit_plain_turns() over items of commit_turns(); answers those that were committed. */
export async function commitPlain(db: Db, all: readonly Json[]): Promise<(Json & { i: number; outcome: string })[]> {
  // Items of our own fixture.
  const items = all.filter(isPlain) as unknown as (Json & PlainItem)[];
  const column = (name: string): unknown[] => items.map((item) => item[name] ?? null);
  const text = (name: string): unknown[] =>
    items.map((item) => (typeof item[name] === "string" ? item[name] : JSON.stringify(item[name] ?? null)));
  const first = (item: PlainItem): number => (item.kind === "message" ? 1 : 0);
  const events = items.map((item) => [
    ...item.transitions.map((payload) => ({ type: "transition", payload })),
    ...item.messages.map((part) => ({ type: "message", payload: { role: "assistant", ...part } })),
  ]);
  const said = items.flatMap((item, n) => item.messages.map((part, k) => [n + 1, first(item) + k + 1, part] as const));
  const told = events.flatMap((list, n) => list.map((event, k) => [n + 1, k + 1, event] as const));
  const rows = await db.query<{ n: number } & Json>(
    `select * from commit_plain_turns(${Array.from({ length: 27 }, (_, n) => `$${n + 1}`).join(", ")})`,
    [
      ...[column("tenant_id"), column("conversation_id"), column("fence"), column("seq"), text("state")],
      ...["node_id", "node_name", "node_changed", "turn_number"].map(column),
      items.map((item) => item.transitions.length),
      text("variables"),
      ...[text("result"), text("trace")],
      items.map((item) => first(item) + item.messages.length),
      events.map((list) => list.length + 1),
      items.map((item) => `{"turn_id":"${item.conversation_id}.${item.seq}","status":"done","session_ended":false`),
      items.map(({ variables }) => `,"extracted_variables":${JSON.stringify(variables ?? {})}}`),
      ...[said.map(([turn]) => turn), said.map(([, at]) => at), said.map(([, , part]) => part.content)],
      ...[said.map(([, , part]) => part.node_id), said.map(([, , part]) => part.node_name)],
      ...[told.map(([turn]) => turn), told.map(([, at]) => at), told.map(([, , event]) => event.type)],
      told.map(([, , event]) => JSON.stringify(event.payload)),
      items[0]?.lease_ms ?? 60_000,
    ],
  );
  return rows.map(({ n, ...row }) => ({ i: Number(items[n - 1]?.i), outcome: "committed", ...row }));
}

import { withPostgresClient } from "@parley/local-servers";
import type { ModelCall } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import type { Tenant } from "../cluster/owner.js";
import type { LedgerLine } from "./ledger.js";
import type { Talk } from "./traffic.js";

interface Message {
  sequence: number;
  turn_id: string;
  role: "user" | "assistant";
  content: string;
  client_message_id: string | null;
  status: string;
}

/** What the auditor found; everything but the totals must be empty. */
export interface Findings {
  /** Messages that were answered; `errors`: messages whose turn ended with an error, told to the client and charged to nobody. */
  turns: number;
  errors: number;
  replies: number;
  modelCalls: number;
  lost: string[];
  duplicated: string[];
  order: string[];
  wrongReplies: string[];
  modelInput: string[];
  quota: string[];
  streams: string[];
}

/** Compares ledger, history API, database, event streams and model log after healing. */
export async function audit(
  cluster: Cluster,
  tenant: Tenant,
  seen: { talks: readonly Talk[]; lines: readonly LedgerLine[] },
): Promise<Findings> {
  const findings: Findings = {
    ...{ turns: 0, errors: 0, replies: 0, modelCalls: cluster.model.calls.length, lost: [], duplicated: [], order: [] },
    ...{ wrongReplies: [], modelInput: [], quota: [], streams: [] },
  };
  const calls = byLastUserText(cluster.model.calls);
  const told: Told = {
    answers: new Map(seen.lines.flatMap((line) => (line.type === "answered" ? [[line.id, line]] : []))),
    errors: new Map(seen.lines.flatMap((line) => (line.type === "errored" ? [[line.id, line]] : []))),
  };
  const rows = await readRows(cluster, seen.talks);
  for (const talk of seen.talks) {
    const history = await readHistory(tenant, talk.sessionId);
    const users = history.filter(({ role }) => role === "user");
    const answered = users.filter((message) => !hasFailed(message));
    findings.turns += answered.length;
    findings.errors += users.length - answered.length;
    findings.replies += history.filter(({ role }) => role === "assistant").length - 1;
    auditMessages(talk, history, told, findings);
    auditTold(talk, users, told, findings);
    auditModelInput(users, calls, findings);
    const row = rows.get(talk.sessionId);
    const problem = rowProblem(row, answered.length, history.length);
    if (problem !== null) findings.quota.push(`${talk.sessionId}: ${problem}`);
    if (talk.follower !== null) auditStream(talk, history, row?.event_offset ?? 0, findings);
  }
  return findings;
}

/** What the client was told of each message, by its id. */
interface Told {
  answers: Map<string, Extract<LedgerLine, { type: "answered" }>>;
  errors: Map<string, Extract<LedgerLine, { type: "errored" }>>;
}

const hasFailed = ({ status }: Message): boolean => status === "failed";

const replyTo = (content: string): string => `echo(${content})`;

/** Every message that was sent has one answer, a reply or an error, and whatever was to be said has one reply in the end. */
function auditTold(talk: Talk, users: readonly Message[], { answers, errors }: Told, findings: Findings): void {
  const replies = new Map<string, number>();
  for (const [id, content] of talk.sent) {
    const [answer, error] = [answers.get(id), errors.get(id)];
    const message = users.find(({ client_message_id }) => client_message_id === id);
    replies.set(content, (replies.get(content) ?? 0) + (answer === undefined ? 0 : 1));
    if (message === undefined || (answer === undefined && error === undefined)) findings.lost.push(id);
    else if (answer !== undefined && error !== undefined) findings.duplicated.push(`${id}: a reply and an error`);
    else if (error !== undefined && (error.turnId !== message.turn_id || !hasFailed(message)))
      findings.wrongReplies.push(`${id}: ${error.code}, and the message is ${message.status}`);
    else if (answer !== undefined && (answer.turnId !== message.turn_id || answer.response !== replyTo(content)))
      findings.wrongReplies.push(`${id}: ${answer.response}`);
  }
  for (const [content, count] of replies) {
    if (count === 0) findings.lost.push(`${talk.sessionId}: no reply to ${content.slice(0, 12)}`);
    if (count > 1) findings.duplicated.push(`${talk.sessionId}: ${count} replies to ${content.slice(0, 12)}`);
  }
}

function auditMessages(talk: Talk, history: readonly Message[], { errors }: Told, findings: Findings): void {
  const { sessionId } = talk;
  const seen = new Set<string>();
  const failed = history.filter(hasFailed);
  for (const [index, message] of history.entries()) {
    if (message.sequence !== index + 1) findings.order.push(`${sessionId}: ${message.sequence} at place ${index + 1}`);
    if (message.role !== "user") continue;
    const id = message.client_message_id ?? "";
    if (seen.has(id)) findings.duplicated.push(id);
    seen.add(id);
    if (!talk.sent.has(id)) findings.duplicated.push(`${sessionId}: a message that nobody sent`);
    const reply = history[index + 1];
    if (hasFailed(message)) {
      if (!errors.has(id)) findings.lost.push(`${id}: failed, and nobody was told`);
      if (reply?.turn_id === message.turn_id) findings.duplicated.push(`${id}: a reply although it failed`);
    } else if (message.status !== "done") findings.lost.push(`${id}: turn ${message.status}`);
    else if (
      reply?.role !== "assistant" ||
      reply.turn_id !== message.turn_id ||
      reply.content !== replyTo(message.content)
    )
      findings.order.push(`${id}: no reply right behind it`);
  }
  // The opening, then pairs, and what failed stands alone: anything more is a second reply.
  if (history.length !== 1 + 2 * seen.size - failed.length)
    findings.duplicated.push(`${sessionId}: ${history.length} messages`);
}

/**
 * The model may be asked again after a crash or an error; every time it must have heard exactly the turns before, of which those that
 * failed are none.
 */
function auditModelInput(users: readonly Message[], calls: Map<string, ModelCall[]>, findings: Findings): void {
  const before = ["assistant:Welcome."];
  const expected = new Map<string, string[]>();
  for (const message of users) {
    const { content } = message;
    const input = JSON.stringify([...before, `user:${content}`]);
    expected.set(content, [...(expected.get(content) ?? []), input]);
    if (hasFailed(message)) continue;
    before.push(`user:${content}`, `assistant:${replyTo(content)}`);
    if (!(calls.get(content.trim()) ?? []).some((call) => heardBy(call) === input))
      findings.modelInput.push(`${content.slice(0, 12)}: the model was never asked`);
  }
  for (const [content, inputs] of expected) {
    for (const call of calls.get(content.trim()) ?? [])
      if (!inputs.includes(heardBy(call)))
        findings.modelInput.push(`${content.slice(0, 12)}: ${call.messages.length} messages`);
  }
}

const heardBy = ({ messages }: ModelCall): string =>
  JSON.stringify(messages.filter(({ role }) => role !== "system").map(({ role, content }) => `${role}:${content}`));

function byLastUserText(calls: readonly ModelCall[]): Map<string, ModelCall[]> {
  const grouped = new Map<string, ModelCall[]>();
  for (const call of calls) {
    const key = call.lastUserText.trim();
    grouped.set(key, [...(grouped.get(key) ?? []), call]);
  }
  return grouped;
}

/** What the reader got over all its openings: each durable event once, in order, up to the end of the log. */
function auditStream(talk: Talk, history: readonly Message[], head: number, findings: Findings): void {
  const events = talk.follower?.events ?? [];
  const log = events.filter(({ id, event }) => id !== null && event !== "connected");
  const offsets = log.map(({ id }) => Number((id ?? "").split("-")[1]));
  const say = (what: string): number => findings.streams.push(`${talk.sessionId}: ${what}`);
  if (new Set(offsets).size !== offsets.length) say("repeated ids");
  if (offsets.some((offset, index) => index > 0 && offset <= (offsets[index - 1] ?? 0))) say("ids out of order");
  if (events.some(({ event }) => event === "reset")) say("a reset although the log is whole");
  if (offsets.at(-1) !== head) say(`ends at ${offsets.at(-1)} of ${head}`);
  const heard = log.filter(({ event }) => event === "message").map(({ data }) => `${data.role}: ${data.content}`);
  const missing = history.filter(({ role, content }) => !heard.includes(`${role}: ${content}`));
  const failed = history.filter(hasFailed);
  for (const { turn_id } of failed)
    if (log.filter(({ event, data }) => event === "error" && data.turn_id === turn_id).length !== 1)
      say("not one error for a turn that failed");
  const replies = new Map([
    ...history.flatMap(({ role, turn_id, content }) => (role === "user" ? [] : [[turn_id, content] as const])),
    ...failed.map(({ turn_id, content }) => [turn_id, replyTo(content)] as const),
  ]);
  for (const { event, data } of events) {
    if (event !== "message.delta") continue;
    const { turn_id, at, text } = data;
    // Every attempt at a turn says the same, so a piece of any attempt has its place in the final text.
    if (!(replies.get(String(turn_id)) ?? "").startsWith(String(text), Number(at)))
      say("a delta that is not in the reply");
  }
  if (heard.length !== history.length || missing.length > 0) say(`${heard.length} of ${history.length} messages`);
}

interface Row {
  session_id: string;
  messages_used: number;
  next_seq: number;
  done_seq: number;
  message_sequence: number;
  event_offset: number;
  turns: number;
  events: number;
  replies: number;
}

/** `answered`: each is charged once, and nothing else is. */
function rowProblem(row: Row | undefined, answered: number, messages: number): string | null {
  if (row === undefined) return "no row";
  if (row.messages_used !== answered)
    return `${row.messages_used} messages counted, ${answered} answered in the history`;
  if (row.turns !== answered || row.replies !== answered)
    return `${row.turns} turns and ${row.replies} replies in the database`;
  if (row.message_sequence !== messages) return `${row.message_sequence} messages numbered, ${messages} in the history`;
  if (row.events !== row.event_offset) return `${row.events} events stored, ${row.event_offset} numbered`;
  if (row.next_seq !== row.done_seq) return "turns still wait";
  return null;
}

async function readRows(cluster: Cluster, talks: readonly Talk[]): Promise<Map<string, Row>> {
  const text = `select c.session_id, c.messages_used, c.next_seq, c.done_seq, c.message_sequence, c.event_offset,
      (select count(*)::int from session_turns t where t.conversation_id = c.id and t.kind = 'message' and t.status = 'done') as turns,
      (select count(*)::int from session_events e where e.conversation_id = c.id) as events,
      (select count(distinct m.turn_seq)::int from text_conversation_messages m
        where m.conversation_id = c.id and m.role = 'assistant' and m.turn_seq > 1) as replies
    from text_conversations c where c.session_id = any($1)`;
  const ids = talks.map(({ sessionId }) => sessionId);
  const rows = await withPostgresClient(cluster.database.adminUrl, (client) => client.query<Row>(text, [ids]));
  return new Map(rows.rows.map((row) => [row.session_id, row]));
}

async function readHistory({ signed }: Tenant, sessionId: string): Promise<Message[]> {
  let messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const page: { data: Message[]; next_cursor: string | null } = await historyPage(signed, sessionId, cursor);
    messages = [...page.data, ...messages];
    cursor = page.next_cursor;
  } while (cursor !== null);
  return messages;
}

async function historyPage(
  signed: Tenant["signed"],
  sessionId: string,
  cursor: string | null,
): Promise<{ data: Message[]; next_cursor: string | null }> {
  const query = `limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
  const path = `/api/chat/sessions/${sessionId}/messages?${query}`;
  const answer = await signed.call<{ data: Message[]; next_cursor: string | null }>("GET", path);
  if (answer.status !== 200) throw new Error(`no history: ${answer.status} ${answer.text}`);
  return answer.body;
}

import { type SessionEvent, type TurnClosed, turnIdOf, type WrittenEvent } from "@parley/contracts";
import type { Db } from "@parley/db";
import type { AnsweredTurn, CommitAnswer, CommitItem } from "./commit-item.js";

/** The answer of commit_plain_turns(). Our own data on the hot path, so it is typed and not validated. */
interface CommittedRow {
  /** Place of the turn in the arrays, from 1. */
  n: number;
  head: number;
  more: boolean;
  messages_used: number;
  max_messages: number | null;
  expires_at: string | null;
  created_at: string;
}

const COMMIT = `select * from commit_plain_turns(${Array.from({ length: 27 }, (_, n) => `$${n + 1}`).join(", ")})`;

/** A turn that only adds messages; commit_turns() handles all others. */
const isPlain = (item: CommitItem): item is AnsweredTurn =>
  item.failed === null &&
  !item.ended &&
  !item.has_webhooks &&
  item.escalation === undefined &&
  item.timer_seconds === undefined &&
  item.spent === undefined &&
  item.memory === undefined &&
  !item.user?.files?.length;

/** The events of a turn except the last one, which closes it. */
function eventsOf({ conversation_id, seq, transitions, messages }: AnsweredTurn): WrittenEvent[] {
  const turn_id = turnIdOf(conversation_id, seq);
  return [
    ...transitions.map((payload): WrittenEvent => ({ type: "transition", payload })),
    ...messages.map(({ content, node_id, node_name }, part): WrittenEvent => {
      return { type: "message", payload: { turn_id, role: "assistant", part, content, node_id, node_name } };
    }),
  ];
}

/** The event that closes a turn, in two parts around what only the commit knows: quota and expiry. */
function closingOf(item: AnsweredTurn) {
  const { conversation_id, seq, node_id, node_name, ended: session_ended } = item;
  const turn_id = turnIdOf(conversation_id, seq);
  const head = { turn_id, status: "done", node_id, node_name, session_ended } satisfies Partial<TurnClosed>;
  const tail = { extracted_variables: item.variables, finish_reason: item.finish_reason } satisfies Partial<TurnClosed>;
  return { head, tail };
}

/**
 * Commits the plain turns among these in one statement, each behind its fence. Turns without an answer were not touched and are left
 * to commit_turns(). Idempotent by (session, seq).
 */
export async function commitPlain(
  db: Pick<Db, "query">,
  all: readonly CommitItem[],
): Promise<Map<CommitItem, CommitAnswer>> {
  const turns = all.filter(isPlain).map((item) => ({ item, events: eventsOf(item), closing: closingOf(item) }));
  const answers = new Map<CommitItem, CommitAnswer>();
  if (turns.length === 0) return answers;
  const rows = await db.query<CommittedRow>(COMMIT, columnsOf(turns));
  for (const row of rows) {
    const turn = turns[row.n - 1];
    if (turn) answers.set(turn.item, answerOf(turn, row));
  }
  return answers;
}

interface PlainTurn {
  item: AnsweredTurn;
  events: WrittenEvent[];
  closing: ReturnType<typeof closingOf>;
}

/** The visitor's message comes before those of the agent. */
const before = ({ kind }: AnsweredTurn): number => (kind === "message" ? 1 : 0);

function columnsOf(turns: readonly PlainTurn[]): unknown[] {
  const column = <T>(pick: (item: AnsweredTurn) => T): T[] => turns.map(({ item }) => pick(item));
  const messages = turns.flatMap(({ item }, n) =>
    item.messages.map((part, k) => ({ ...part, turn: n + 1, at: before(item) + k + 1 })),
  );
  const events = turns.flatMap((turn, n) => turn.events.map((event, k) => ({ ...event, turn: n + 1, at: k + 1 })));
  return [
    column((item) => item.tenant_id),
    column((item) => item.conversation_id),
    column((item) => item.fence),
    column((item) => item.seq),
    column((item) => JSON.stringify(item.state)),
    column((item) => item.node_id),
    column((item) => item.node_name),
    column((item) => item.node_changed),
    column((item) => item.turn_number),
    column((item) => item.transitions.length),
    column(({ variables }) => (Object.keys(variables).length === 0 ? null : JSON.stringify(variables))),
    column((item) => item.result),
    column((item) => item.trace),
    column((item) => before(item) + item.messages.length),
    turns.map((turn) => turn.events.length + 1),
    turns.map(({ closing }) => JSON.stringify(closing.head).slice(0, -1)),
    turns.map(({ closing }) => `,${JSON.stringify(closing.tail).slice(1)}`),
    messages.map(({ turn }) => turn),
    messages.map(({ at }) => at),
    messages.map(({ content }) => content),
    messages.map(({ node_id }) => node_id),
    messages.map(({ node_name }) => node_name),
    events.map(({ turn }) => turn),
    events.map(({ at }) => at),
    events.map(({ type }) => type),
    events.map(({ payload }) => JSON.stringify(payload)),
    turns[0]?.item.lease_ms,
  ];
}

function answerOf({ events, closing }: PlainTurn, row: CommittedRow): CommitAnswer {
  const { head, more, messages_used, max_messages, expires_at, created_at } = row;
  const payload: TurnClosed = {
    ...closing.head,
    message_count: messages_used,
    remaining_messages: max_messages === null ? null : max_messages - messages_used,
    expires_at,
    ...closing.tail,
  };
  const written: WrittenEvent[] = [...events, { type: "turn", payload }];
  return {
    outcome: "committed",
    more,
    head,
    events: written.map((event, k): SessionEvent => ({ offset: head - events.length + k, ...event, created_at })),
  };
}

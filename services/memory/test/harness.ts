import type { Bus } from "@parley/bus";
import { newId, recall, turnCompleted } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { createScriptedModel, type Model, type ReplyRequest } from "@parley/llm";
import { type MakeService, world } from "@parley/testkit";
import { createMemory, memoryConfig } from "../src/index.js";

/** The scripted model with a log of its calls, and a switch that makes it fail. */
export interface WatchedModel extends Model {
  calls: ReplyRequest[];
  fail(error: Error | null): void;
  /** Holds answers back until released. */
  hold(): () => void;
}

function watchedModel(): WatchedModel {
  const scripted = createScriptedModel({ paceMs: 0 });
  const calls: ReplyRequest[] = [];
  let failure: Error | null = null;
  let held: Promise<void> = Promise.resolve();
  return {
    ...scripted,
    calls,
    fail: (error) => {
      failure = error;
    },
    hold: () => {
      let release = (): void => undefined;
      held = new Promise<void>((resolve) => {
        release = resolve;
      });
      return () => release();
    },
    reply: async (request, options) => {
      calls.push(request);
      await held;
      options.signal.throwIfAborted();
      if (failure) throw failure;
      return scripted.reply(request, options);
    },
  };
}

export interface Person {
  tenantId: string;
  agentId: string;
  email: string;
}

export interface Conversation {
  id: string;
  sessionId: string;
  /** Commits turns that say the given texts, and tells the bus about each unless `quiet`. */
  say(texts: string[], options?: { quiet?: boolean }): Promise<void>;
}

export interface Harness {
  bus: Bus;
  db: Db;
  model: WatchedModel;
  start(replicas: number, config?: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
  newPerson(of?: { tenantId: string; agentId: string }): Promise<Person>;
  open(person: Person, options?: { verified?: boolean }): Promise<Conversation>;
  tell(conversation: Conversation, person: Person, seq: number): void;
  summaryOf(person: Person): Promise<string | null>;
  /** Exchanges covered by summaries. */
  coveredOf(conversation: Conversation, person: Person): Promise<number>;
  close(): Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const stage = await world();
  const { bus, db } = stage;
  const model = watchedModel();
  let running: { stop(): Promise<void> }[] = [];

  const stop = async (): Promise<void> => {
    await Promise.all(running.map((replica) => replica.stop()));
    running = [];
  };
  const tell: Harness["tell"] = ({ sessionId }, { tenantId }, seq) =>
    void bus.hint(turnCompleted, sessionId, { tenantId, sessionId, seq });
  const harness: Harness = {
    bus,
    db,
    model,
    stop,
    tell,
    async start(replicas, config = {}) {
      const memory: MakeService = (deps) => createMemory({ ...deps, config: memoryConfig.parse(config), model });
      for (let n = 0; n < replicas; n += 1) running.push(await stage.start(memory));
    },
    async newPerson(of) {
      const { tenantId, agentId } = of ?? (await stage.tenant());
      return { tenantId, agentId, email: `${newId()}@example.com` };
    },
    open: (person, options = {}) => openConversation(db, { person, verified: options.verified ?? true, tell }),
    async summaryOf({ tenantId, agentId, email }) {
      return (await bus.call(recall, { tenantId, agentId, email })).summary;
    },
    async coveredOf({ id }, { tenantId }) {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ n: number }>`select summarised_through as n from memory_cursors where conversation_id = ${id}`.execute(
          trx,
        ),
      );
      return rows[0]?.n ?? 0;
    },
    close: () => stage.close(),
  };
  return harness;
}

async function openConversation(
  db: Db,
  { person, verified, tell }: { person: Person; verified: boolean; tell: Harness["tell"] },
): Promise<Conversation> {
  const { tenantId, agentId, email } = person;
  const [id, sessionId] = [newId(), `text_${newId()}`];
  await db.tenant(tenantId, (trx) =>
    sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, participant,
          participant_verified, next_seq, done_seq, idle_check_at)
        values (${id}, ${sessionId}, ${tenantId}, ${agentId}, 1, true, ${JSON.stringify({ email })}, ${verified}, 1, 1,
          now() + interval '1 hour')`.execute(trx),
  );
  let seq = 1;
  const conversation: Conversation = {
    id,
    sessionId,
    async say(texts, options = {}) {
      for (const text of texts) {
        seq += 1;
        await db.tenant(tenantId, (trx) => commitTurn(trx, { id, tenantId, seq, text }));
        if (!options.quiet) tell(conversation, person, seq);
      }
    },
  };
  return conversation;
}

/** What the agent-runner commits for one turn, as far as memory reads it. */
async function commitTurn(
  trx: Parameters<Parameters<Db["tenant"]>[1]>[0],
  turn: { id: string; tenantId: string; seq: number; text: string },
): Promise<void> {
  await sql`insert into session_turns (conversation_id, seq, tenant_id, kind, content, status, done_at)
    values (${turn.id}, ${turn.seq}, ${turn.tenantId}, 'message', ${turn.text}, 'done', now())`.execute(trx);
  await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content, created_at)
    values (${turn.id}, ${turn.tenantId}, ${turn.seq * 2}, ${turn.seq}, 'user', ${turn.text}, clock_timestamp()),
           (${turn.id}, ${turn.tenantId}, ${turn.seq * 2 + 1}, ${turn.seq}, 'assistant', ${`About ${turn.text}`}, clock_timestamp())`.execute(
    trx,
  );
  await sql`update text_conversations set total_turns = total_turns + 1, next_seq = ${turn.seq}, done_seq = ${turn.seq}
    where id = ${turn.id}`.execute(trx);
}

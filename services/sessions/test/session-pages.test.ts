import type { Bus } from "@parley/bus";
import {
  createSession,
  getHistory,
  getSession,
  listSessions,
  type Principal,
  readEvents,
  watchSession,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { type MakeService, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";

let bus: Bus;
let db: Db;
let stage: World;

beforeAll(async () => {
  const sessions: MakeService = (deps) => createSessions({ config: sessionsConfig.parse({}), ...deps });
  stage = await world({ services: [sessions], answersForAgents: true });
  ({ bus, db } = stage);
});
afterAll(() => stage.close());

async function newTenant() {
  const { tenantId, agentId } = await stage.tenant();
  const open = async (metadata: Record<string, unknown> = {}, participant = {}) => {
    const at = { tenantId, agentId, version: null, metadata, participantVerified: false };
    return bus.call(createSession, { ...at, participant, replyTo: "test" });
  };
  return { tenantId, open };
}

/** 10,000 characters of four bytes: the longest message there is. 60 of them are more than two messages of the bus. */
const LONGEST = "😀".repeat(10_000);
const MESSAGES = 60;

async function longSession() {
  const { tenantId, open } = await newTenant();
  const { sessionId } = await open();
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content)
      select c.id, c.tenant_id, n, n, 'user', ${LONGEST} from text_conversations c, generate_series(1, ${MESSAGES}) n
       where c.session_id = ${sessionId}`.execute(trx);
    await sql`insert into session_events (conversation_id, tenant_id, event_offset, type, payload)
      select c.id, c.tenant_id, c.event_offset + n, 'message', json_build_object('content', ${LONGEST}::text)
        from text_conversations c, generate_series(1, ${MESSAGES}) n where c.session_id = ${sessionId}`.execute(trx);
    await sql`update text_conversations set event_offset = event_offset + ${MESSAGES} where session_id = ${sessionId}`.execute(
      trx,
    );
  });
  return { type: "hmac", tenantId, sessionId } as const;
}

describe("a conversation of the longest possible messages", () => {
  it("is read to its beginning page by page, with no message missing or repeated", async () => {
    const access = await longSession();
    let sequences: number[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: { sequence: number }[]; nextCursor: string | null } = await bus.call(getHistory, {
        access,
        limit: 200,
        cursor,
      });
      // What waits for its turn comes with the newest page and has no number yet.
      sequences = [...page.data.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : [])), ...sequences];
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(sequences).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
  });

  it.each([
    ["readers of its stream", readEvents, {}],
    ["owners who watch it", watchSession, { snapshot: true }],
  ] as const)("is followed by %s without a gap", async (_who, contract, more) => {
    const access = await longSession();
    const offsets: number[] = [];
    let head = Number.POSITIVE_INFINITY;
    while ((offsets.at(-1) ?? 0) < head) {
      const call = { access, after: offsets.at(-1) ?? 0, limit: 200, snapshot: false, ...more };
      const page = await bus.call(contract, call);
      expect(page.events.length).toBeGreaterThan(0);
      offsets.push(...page.events.map(({ offset }) => offset));
      head = page.head;
    }
    expect(offsets).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  });
});

describe("sessions with as much metadata as is allowed", () => {
  it("are listed page by page, with none missing or repeated", async () => {
    const { tenantId, open } = await newTenant();
    const opened: string[] = [];
    for (let n = 0; n < 90; n += 1) opened.push((await open({ note: "x".repeat(16_000) })).sessionId);
    const principal: Principal = { tenantId, role: "viewer", via: "token", id: "test" };
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { data: { session_id: string }[]; nextCursor: string | null } = await bus.call(listSessions, {
        principal,
        limit: 200,
        cursor,
      });
      listed.push(...page.data.map(({ session_id }) => session_id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(listed).toEqual(opened.reverse());
  });
});

describe("a session", () => {
  it("shows its owner the participant, in the list too", async () => {
    const { tenantId, open } = await newTenant();
    const participant = { identifier: "emp-7", name: "Pat", metadata: { order: "A-17" } };
    const { sessionId } = await open({}, participant);
    const { session } = await bus.call(getSession, { access: { type: "hmac", tenantId, sessionId } });
    expect(session).toMatchObject({ participant, participant_verified: false });
    const principal: Principal = { tenantId, role: "viewer", via: "token", id: "test" };
    const { data } = await bus.call(listSessions, { principal, limit: 10 });
    expect(data).toMatchObject([{ participant }]);
  });
});

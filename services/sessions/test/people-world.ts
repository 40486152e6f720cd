import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  acceptMessage,
  assignEscalation,
  chooseWhileWaiting,
  createSession,
  escalateSession,
  getAgent,
  getEscalation,
  type PeopleView,
  type Principal,
  type peopleBody,
  replyEscalation,
  setPeople,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually, type MakeService, programOf, testServers, world } from "@parley/testkit";
import type { z } from "zod";
import { createSessions, sessionsConfig } from "../src/index.js";
import { startReceiver } from "./webhook-receiver.js";

const MASTER_KEY = "a master key for the tests of people, long enough";
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface KeptMail {
  recipient: string;
  subject: string;
  body: string;
}

/** Sessions in `replicas` copies, a receiver of chat messages, and one tenant after the other. */
export async function peopleWorld(replicas: number, settings: Record<string, string> = {}) {
  const config = sessionsConfig.parse({
    ALLOW_TEST_HOOKS: "1",
    NOTICE_POLL_MS: "50",
    ANSWER_MAIL_AFTER_SECONDS: "1",
    PUBLIC_URL: "https://parley.example.com",
    ...settings,
  });
  const options = { answersForAgents: true, level: "debug", poolSize: 20, masterKey: MASTER_KEY } as const;
  const [stage, chat] = await Promise.all([world(options), startReceiver()]);
  const { bus, db, logs, database } = stage;
  bus.serve(getAgent, async ({ principal, agent }) => ({
    agent: {
      ...{ id: agent, tenant_id: principal.tenantId ?? "", name: "Desk", slug: "desk", description: null },
      ...{ active_version: 1, created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" },
    },
  }));
  await bus.settled();
  const sessions: MakeService = (deps) => createSessions({ config, ...deps });
  await Promise.all(Array.from({ length: replicas }, () => stage.start(sessions)));
  const children: ChildProcess[] = [];

  async function tenant() {
    const { tenantId, agentId } = await stage.tenant({ workflow: {} });
    const principal: Principal = { tenantId, role: "owner", via: "token", id: "mira" };
    const access = (sessionId: string) => ({ type: "hmac" as const, tenantId, sessionId });
    const mine = (id: string) => ({ principal, id, operator: "mira", name: null });
    return {
      tenantId,
      agentId,
      principal,
      chat: () => chat.at(`/${tenantId}`),
      people: (body: z.input<typeof peopleBody>): Promise<PeopleView> =>
        eventually(async () => (await bus.call(setPeople, { principal, agent: agentId, body })).people),
      async session() {
        const made = await eventually(() =>
          bus.call(createSession, {
            ...{ tenantId, agentId, version: null, metadata: {}, participantVerified: false, replyTo: "test" },
          }),
        );
        return made.sessionId;
      },
      escalate: async (sessionId: string, reason: string | null = "refund") =>
        (await bus.call(escalateSession, { access: access(sessionId), source: "visitor", reason, metadata: {} }))
          .escalation,
      choose: (sessionId: string, choice: "continue" | "cancel" | "email", email: string | null = null) =>
        bus.call(chooseWhileWaiting, { access: access(sessionId), choice, email, languages: ["de-AT", "en"] }),
      escalation: async (id: string) => (await bus.call(getEscalation, { principal, id })).escalation,
      assign: (id: string) => bus.call(assignEscalation, { ...mine(id), transfer: false }),
      reply: (id: string, content: string) => bus.call(replyEscalation, { ...mine(id), content }),
      write: (sessionId: string, content: string) =>
        bus.call(acceptMessage, {
          ...{ access: access(sessionId), content, clientMessageId: null, idempotency: null, replyTo: "test" },
        }),
      mails: () =>
        db.tenant(tenantId, async (trx) => {
          const { rows } = await sql<KeptMail>`select recipient, subject, body from dev_mail order by id`.execute(trx);
          return rows;
        }),
      /** What a dead process held is free again, as when the time of its claim is over. */
      release: () =>
        db.tenant(tenantId, (trx) => sql`update notices set claimed_until = null where ended_at is null`.execute(trx)),
    };
  }
  return {
    bus,
    db,
    adminUrl: database.adminUrl,
    chat,
    logs,
    tenant,
    /** A replica in a process of its own, to be killed. */
    replica(env: Record<string, string> = {}): ChildProcess {
      const child = spawn(process.execPath, programOf("services/sessions"), {
        cwd: ROOT,
        stdio: ["ignore", "ignore", "inherit"],
        env: {
          PATH: process.env.PATH,
          ...{ ALLOW_TEST_HOOKS: "1", NOTICE_POLL_MS: "50", OPS_PORT: "0", ANSWER_MAIL_AFTER_SECONDS: "1" },
          ...{ DATABASE_URL: database.url, NATS_URL: stage.natsUrl, REDIS_URL: testServers().redisUrl },
          SECRET_KEY: MASTER_KEY,
          ...env,
        },
      });
      children.push(child);
      return child;
    },
    async close() {
      for (const child of children) child.kill("SIGKILL");
      await chat.close();
      await stage.close();
    },
  };
}
export type PeopleWorld = Awaited<ReturnType<typeof peopleWorld>>;

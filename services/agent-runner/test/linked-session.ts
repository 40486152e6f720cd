import { createSession, linkPolicy, newId } from "@parley/contracts";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import type { TurnHarness } from "./turn-harness.js";

export interface Charged {
  tokens: number;
  cost: number;
  /** Reservations that still count. */
  live: number;
}

/** A link with this budget. */
export async function budgetLink(h: TurnHarness, agentId: string, budget: Record<string, unknown>): Promise<string> {
  const id = newId();
  await withPostgresClient(h.adminUrl, async (owner) => {
    await owner.query(
      `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions, max_messages_per_session)
       values ($1, $2, $3, $4, '\\x00', 'x', 'L', 'test', 1000, 100)`,
      [id, h.tenantId, agentId, id.slice(-12)],
    );
    await owner.query("select set_link_budget($1, $2, $3)", [id, h.tenantId, JSON.stringify(budget)]);
  });
  return id;
}

/** A session of the link, opened and spoken to by its agent. `more`: what the link says of itself. */
export async function linkedSession(
  h: TurnHarness,
  agentId: string,
  linkId: string,
  more: { welcomeMessage?: string; chatIntent?: string; systemPromptOverride?: string } = {},
): Promise<string> {
  const policy = linkPolicy.parse({
    ...{ id: linkId, tenantId: h.tenantId, agentId, agentName: "A", agentVersion: null, title: "L" },
    ...{ description: null, welcomeMessage: null, expiresAt: null, maxSessions: 1000, sessionsUsed: 0 },
    ...{ maxMessagesPerSession: 100, sessionTimeoutMinutes: 30, rateLimitPerMinute: 100, maxMessageLength: 1000 },
    ...{ requireEmail: false, allowedDomains: [], branding: {}, friendlyErrors: true, chatIntent: null },
    ...{ systemPromptOverride: null, initialMessage: null, ...more },
  });
  const session = { tenantId: h.tenantId, agentId, version: null, metadata: {}, participantVerified: false };
  // A runner that has just started may not answer yet which version the agent has.
  const made = await eventually(() => h.bus.call(createSession, { ...session, replyTo: "test", link: policy }), {
    timeoutMs: 60_000,
  });
  await h.settled(made.sessionId, made.turnId);
  return made.sessionId;
}

export function charged(h: TurnHarness, linkId: string): Promise<Charged> {
  return withPostgresClient(h.adminUrl, async (owner) => {
    const { rows } = await owner.query<Charged>(
      `select tokens_used::int as tokens, cost_used::float as cost, (select count(*)::int from budget_reservations r
         join text_conversations c on c.id = r.conversation_id where r.link_id = b.link_id and holds_budget(r, c)) as live
       from link_budgets b where link_id = $1`,
      [linkId],
    );
    if (!rows[0]) throw new Error("no budget");
    return rows[0];
  });
}

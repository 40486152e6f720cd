import { setTimeout as delay } from "node:timers/promises";
import { assignEscalation, escalateSession, newId, type Principal, suggestReply } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model, ModelError, type ReplyRequest, replyInputBound } from "@parley/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { budgetLink, charged, linkedSession } from "./linked-session.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const DESK = {
  agent: { name: "Desk" },
  workflow: {
    global_prompt: "You sell {{thing}}.",
    llm: { max_tokens: 40 },
    initial_node: "hello",
    nodes: [
      { id: "hello", proactive: true, static_text: "Hello.", transitions: [{ condition: "always", target: "talk" }] },
      { id: "talk", system_prompt: "Talk.", transitions: [{ condition: "contains:goodbye", target: "end" }] },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
  },
};
const scripted = createScriptedModel({ paceMs: 0 });
let asked: ReplyRequest[] = [];
/** Each reply took ten tokens in and ten out. */
const TWENTY: Model = {
  ...scripted,
  async reply(request, options) {
    asked.push(request);
    const answer = await scripted.reply(request, options);
    return { ...answer, usage: { inputTokens: 10, outputTokens: 10 } };
  },
};
const BROKEN: Model = { ...scripted, reply: () => Promise.reject(new ModelError("model_unavailable", "no")) };

let h: TurnHarness;
beforeEach(async () => {
  h = await turnHarness();
  asked = [];
});
afterEach(() => h.close());

const principal = (): Principal => ({ tenantId: h.tenantId, role: "operator", via: "token", id: "grace" });
const suggest = (id: string, operator = "grace", repeatable = {}) =>
  h.bus.call(suggestReply, { principal: principal(), id, operator, ...repeatable });

/** A session that Grace has, on a link with this budget. */
async function taken(model: Model, budget: Record<string, unknown>) {
  await h.runner(model);
  const agentId = await h.agent(DESK);
  const linkId = await budgetLink(h, agentId, budget);
  const sessionId = await linkedSession(h, agentId, linkId);
  const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
  const asking = { access, source: "api" as const, reason: null, metadata: {} };
  const { id } = (await h.bus.call(escalateSession, asking)).escalation;
  const open = await suggest(id).catch((error: unknown) => error);
  expect(open).toMatchObject({ code: "escalation_not_assigned" });
  await h.bus.call(assignEscalation, {
    ...{ principal: principal(), id, operator: "grace", name: null, transfer: false },
  });
  // Kept in silence: Grace has it.
  await h.send(sessionId, "Where is my parcel?");
  return { id, linkId, sessionId };
}

describe("a suggested reply for an operator", () => {
  it("is based on the conversation, sends and stores nothing, and is charged its actual usage", async () => {
    const { id, linkId, sessionId } = await taken(TWENTY, { max_tokens: 1_000_000 });
    const before = await charged(h, linkId);
    const history = await h.history(sessionId);
    asked = [];
    const { suggestion, usage } = await suggest(id);
    expect(suggestion).toContain("parcel");
    expect(usage).toMatchObject({ input_tokens: 10, output_tokens: 10 });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.system).toMatch(/^You sell \[thing\]\./);
    expect(asked[0]?.messages.at(-1)).toEqual({ role: "user", content: "Where is my parcel?" });
    expect(await h.history(sessionId)).toEqual(history);
    expect(await charged(h, linkId)).toEqual({ ...before, tokens: before.tokens + 20, live: 0 });
    await expect(suggest(id, "mira")).rejects.toMatchObject({ code: "escalation_assigned" });
    await expect(suggest(newId())).rejects.toMatchObject({ code: "escalation_not_found" });
  });

  it("costs nothing when requested again with its idempotency key", async () => {
    const { id, linkId } = await taken(TWENTY, { max_tokens: 1_000_000 });
    const keyed = (fingerprint: string) => ({ idempotency: { key: "one", fingerprint } });
    const first = await suggest(id, "grace", keyed("a"));
    const { tokens } = await charged(h, linkId);
    asked = [];
    expect(await suggest(id, "grace", keyed("a"))).toEqual({ ...first, replayed: true });
    expect(asked).toEqual([]);
    expect(await charged(h, linkId)).toMatchObject({ tokens });
    await expect(suggest(id, "grace", keyed("b"))).rejects.toMatchObject({ code: "idempotency_key_reused" });
    await expect(suggest(id, "mira", keyed("a"))).rejects.toMatchObject({ code: "escalation_assigned" });
  });

  it("is generated once for concurrent requests with one key, and again after a failed one", async () => {
    let fails = 1;
    const slow: Model = {
      ...TWENTY,
      async reply(request, options) {
        if (!JSON.stringify(request.messages).includes("parcel")) return scripted.reply(request, options);
        const answer = await TWENTY.reply(request, options);
        // Long enough for all of them to have come.
        await delay(300);
        if (fails-- > 0) throw new ModelError("model_unavailable", "no");
        return answer;
      },
    };
    const { id, linkId } = await taken(slow, { max_tokens: 1_000_000 });
    const keyed = { idempotency: { key: "one", fingerprint: "a" } };
    asked = [];
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => suggest(id, "grace", keyed)));
    const made = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(made.map(({ replayed }) => replayed ?? false).sort()).toEqual([false, true, true]);
    expect(new Set(made.map(({ suggestion }) => suggestion)).size).toBe(1);
    expect(results.filter(({ status }) => status === "rejected")).toMatchObject([
      { reason: { code: "model_unavailable" } },
    ]);
    expect(asked).toHaveLength(2);
    expect(await charged(h, linkId)).toMatchObject({ live: 0 });
  });

  it("never exceeds the budget, however many requests run at once", async () => {
    const { id, linkId } = await taken(TWENTY, { max_tokens: 1_000_000 });
    await suggest(id);
    const [first] = asked.slice(-1);
    const bound = first === undefined ? 0 : replyInputBound(first) + 40;
    const { tokens } = await charged(h, linkId);
    // Room for one call at a time.
    await h.db.tenant(h.tenantId, async (trx) => {
      await sql`select set_link_budget(${linkId}, ${h.tenantId}, ${JSON.stringify({ max_tokens: tokens + bound + 40 })}::jsonb)`.execute(
        trx,
      );
    });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => suggest(id)));
    const refused = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    const made = results.length - refused.length;
    // Each needs room for its input and sixteen tokens of an answer: the first four find it.
    expect(made).toBe(4);
    for (const error of refused)
      expect(error).toMatchObject({ code: expect.stringMatching(/^budget_(exhausted|busy)$/) });
    expect(await charged(h, linkId)).toMatchObject({ tokens: tokens + made * 20, live: 0 });
    expect(tokens + made * 20).toBeLessThanOrEqual(tokens + bound + 40);
  });

  it("reports why there is none, and releases the reserved budget", async () => {
    const { id, linkId } = await taken(BROKEN, { max_tokens: 1_000_000 });
    await expect(suggest(id)).rejects.toMatchObject({ code: "model_unavailable" });
    expect(await charged(h, linkId)).toMatchObject({ live: 0 });
  });
});

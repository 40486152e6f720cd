import { listSecurityEvents, newId, noteSecurity, type SecurityEventNote } from "@parley/contracts";
import { sql } from "@parley/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

const note = (tenantId: string, more: Partial<SecurityEventNote> = {}): SecurityEventNote => ({
  tenantId,
  linkId: null,
  kind: "rate_limited",
  scope: "address",
  country: "NZ",
  addressHash: "ab12",
  sessionId: null,
  count: 1,
  at: new Date().toISOString(),
  ...more,
});

async function link(tenantId: string, agentId: string): Promise<string> {
  const id = newId();
  await harness.db.tenant(tenantId, (trx) =>
    sql`insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by)
        values (${id}, ${tenantId}, ${agentId}, ${id.slice(-12)}, '\\x00', 'hint', 'A link', 'test')`.execute(trx),
  );
  return id;
}

describe("security events", () => {
  it("are stored for their own tenant only, and listed newest first by filter and page", async () => {
    const first = await harness.newTenant();
    const second = await harness.newTenant();
    const own = await link(first.tenantId, first.agentId);
    const hour = (ago: number): string => new Date(Date.now() - ago * 3_600_000).toISOString();
    const events = [
      note(first.tenantId, { at: hour(3), linkId: own }),
      note(first.tenantId, { at: hour(2), kind: "pin_failures", scope: null }),
      note(first.tenantId, { at: hour(1), count: 7 }),
      note(second.tenantId),
      // A link of another tenant, and a tenant that does not exist.
      note(second.tenantId, { linkId: own }),
      note(newId()),
    ];
    expect(await harness.bus.call(noteSecurity, { events })).toEqual({ noted: 4 });
    const list = (more: object = {}) =>
      harness.bus.call(listSecurityEvents, { principal: first.as("viewer"), days: 30, limit: 50, ...more });
    const { data, nextCursor } = await list();
    expect(data.map(({ kind, count }) => [kind, count])).toEqual([
      ["rate_limited", 7],
      ["pin_failures", 1],
      ["rate_limited", 1],
    ]);
    expect(nextCursor).toBeNull();
    expect((await list({ linkId: own })).data).toEqual([
      expect.objectContaining({ link_id: own, country: "NZ", address_hash: "ab12", scope: "address" }),
    ]);
    expect((await list({ kind: "pin_failures" })).data).toHaveLength(1);
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual(data.map(({ id }) => id));
    const others = await harness.bus.call(listSecurityEvents, { principal: second.as("viewer"), days: 30, limit: 50 });
    expect(others.data).toHaveLength(1);
  });

  it("are never dated in the future, and are deleted when they are old", async () => {
    const { tenantId, as } = await harness.newTenant();
    const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    await harness.bus.call(noteSecurity, { events: [note(tenantId, { at: at(30) }), note(tenantId, { at: at(-60) })] });
    const list = (days: number) => harness.bus.call(listSecurityEvents, { principal: as("viewer"), days, limit: 50 });
    const [newest] = (await list(1)).data;
    expect(Date.parse(newest?.at ?? "")).toBeLessThanOrEqual(Date.now() + 5_000);
    expect((await list(90)).data).toHaveLength(2);
    await harness.db.query("select purge_security_events($1, $2)", [30, 1_000]);
    expect((await list(90)).data).toHaveLength(1);
  });
});

import { createLink, deleteLink, listLinks, updateLink } from "@parley/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;

const create = (tenant: Tenant, body: Record<string, unknown> = {}) =>
  harness.bus.call(createLink, { principal: tenant.as("editor"), agent: "desk", body });

const idOf = (link: Record<string, unknown>): string => String(link.id);

describe("listing links", () => {
  it("pages newest first without gap or repeat, by cursor and by offset", async () => {
    const tenant = await harness.newTenant();
    const made: unknown[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await create(tenant, { title: `Link ${n}` })).link.id);
    const page = (options: { cursor?: string; offset?: number }) =>
      harness.bus.call(listLinks, {
        principal: tenant.as("viewer"),
        agent: "desk",
        limit: 2,
        includeInactive: false,
        ...options,
      });
    const walked: unknown[] = [];
    let cursor: string | null = null;
    do {
      const next: Awaited<ReturnType<typeof page>> = await page(cursor === null ? {} : { cursor });
      expect(next.total).toBe(5);
      walked.push(...next.data.map((link) => link.id));
      cursor = next.nextCursor;
    } while (cursor !== null);
    expect(walked).toEqual(made);
    expect((await page({ offset: 3 })).data.map((link) => link.id)).toEqual(made.slice(3));
    expect(await codeOf(page({ cursor: "nonsense" }))).toBe("validation_failed");
  });

  it("omits disabled links unless they are requested, and deleted ones always", async () => {
    const tenant = await harness.newTenant();
    const [kept, disabled, deleted] = [await create(tenant), await create(tenant), await create(tenant)];
    const principal = tenant.as("editor");
    await harness.bus.call(updateLink, {
      principal,
      agent: "desk",
      id: idOf(disabled.link),
      body: { is_active: false },
    });
    await harness.bus.call(deleteLink, { principal, agent: "desk", id: idOf(deleted.link) });
    const list = async (includeInactive: boolean) => {
      const { data, total } = await harness.bus.call(listLinks, {
        principal,
        agent: "desk",
        limit: 10,
        includeInactive,
      });
      expect(total).toBe(data.length);
      return data.map((link) => link.id);
    };
    expect(await list(false)).toEqual([kept.link.id]);
    expect(await list(true)).toEqual([disabled.link.id, kept.link.id]);
  });
});

import { readFile } from "node:fs/promises";
import {
  createLink,
  createLinkTemplate,
  getLink,
  getLinkTemplate,
  listLinks,
  listLinkTemplates,
  newId,
  resolveLink,
  updateLink,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
type Body = Record<string, unknown>;

const create = (tenant: Tenant, body: Body) =>
  harness.bus.call(createLink, { principal: tenant.as("editor"), agent: "desk", body });
const list = async (tenant: Tenant): Promise<Body[]> => {
  const page = { principal: tenant.as("viewer"), agent: "desk", limit: 200, includeInactive: true };
  return (await harness.bus.call(listLinks, page)).data;
};
const policyOf = async (token: string) => {
  const parsed = parseToken("link", token);
  const resolved = parsed && (await harness.bus.call(resolveLink, parsed));
  if (resolved?.status !== "ok") throw new Error("the link is not there");
  return resolved.policy;
};

const inline = (type: string, head: string): string =>
  `data:image/${type};base64,${Buffer.from(head.padEnd(24, "\0"), "latin1").toString("base64")}`;
const HEADS = { png: "\x89PNG\r\n\x1a\n", jpeg: "\xff\xd8\xff\xe0", gif: "GIF89a", webp: "RIFF\x10\0\0\0WEBPVP8 " };
/** Of the most characters that base64 of this type can have within 40,000. */
const LARGEST = inline("jpeg", HEADS.jpeg).padEnd(39_999, "A");

describe("the logo of a link", () => {
  it("is stored with its link and sent to its page, for every type of image", async () => {
    const tenant = await harness.newTenant();
    const logos = [...Object.entries(HEADS).map(([type, head]) => inline(type, head)), LARGEST];
    for (const logo of logos) {
      const branding = { logo, name: "Desk" };
      const { link, token } = await create(tenant, { branding });
      expect(link.branding).toEqual(branding);
      const at = { agent: "desk", id: String(link.id) };
      const read = await harness.bus.call(getLink, { principal: tenant.as("viewer"), ...at });
      expect(read.link.branding).toEqual(branding);
      expect((await policyOf(token)).branding).toEqual(branding);
      const changed = { principal: tenant.as("editor"), ...at, body: { title: "Other" } };
      expect((await harness.bus.call(updateLink, changed)).link.branding).toEqual(branding);
    }
  });

  it("is accepted as the documentation shows it", async () => {
    const tenant = await harness.newTenant();
    const page = await readFile(new URL("../../../docs/links.md", import.meta.url), "utf8");
    const [, example = ""] = /```json\n(\{"branding":[\s\S]*?)```/.exec(page) ?? [];
    const { branding } = JSON.parse(example);
    expect(branding).toMatchObject({ logo: expect.stringMatching(/^data:image\/png;base64,/) });
    expect((await create(tenant, { branding })).link.branding).toEqual(branding);
  });

  it.each(Object.keys(HEADS))("is refused as %s when its bytes are of another type", async (type) => {
    const tenant = await harness.newTenant();
    for (const [other, head] of Object.entries({ ...HEADS, svg: "<svg/>", page: "<!doctype html>" })) {
      if (other === type) continue;
      await expect(create(tenant, { branding: { logo: inline(type, head) } })).rejects.toMatchObject({
        code: "validation_failed",
        errors: [{ pointer: "/branding/logo", message: "must be base64 of an image of the type it names" }],
      });
    }
    expect(await list(tenant)).toEqual([]);
  });

  it("does not lengthen lists: rows omit an inline one and keep everything else, including a URL", async () => {
    const tenant = await harness.newTenant();
    const rest = { name: "Desk", colours: { accent: "#0f6b60" } };
    for (let n = 0; n < 30; n += 1) await create(tenant, { branding: { ...rest, logo: LARGEST } });
    await create(tenant, { branding: { ...rest, logo: "https://a.test/l.png" } });
    const [address, ...pictures] = await list(tenant);
    expect(address?.branding).toEqual({ ...rest, logo: "https://a.test/l.png" });
    expect(pictures.map(({ branding }) => branding)).toEqual(Array(30).fill(rest));
  });
});

describe("the branding of link templates", () => {
  it("gives a link its logo, and shortens the pages of the list without missing a template", async () => {
    const tenant = await harness.newTenant();
    const names = Array.from({ length: 30 }, (_, n) => `T${String(n).padStart(2, "0")}`);
    for (const name of names) {
      const body = { name, branding: { logo: LARGEST } };
      await harness.bus.call(createLinkTemplate, { principal: tenant.as("editor"), body });
    }
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: Body[]; nextCursor: string | null } = await harness.bus.call(listLinkTemplates, {
        ...{ principal: tenant.as("viewer"), limit: 200 },
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.data.filter((template) => template.built_in === false).map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(names);
    expect((await create(tenant, { template: "T07" })).link.branding).toEqual({ logo: LARGEST });
  });

  it("is read as stored before a rule existed, and refused only when a link is created from it", async () => {
    const tenant = await harness.newTenant();
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`insert into link_templates (id, tenant_id, name, fields, created_by)
        values (${newId()}, ${tenant.tenantId}, 'Old', ${JSON.stringify({ branding: { colour: "red" } })}::jsonb, 'me')`.execute(
        trx,
      ),
    );
    const { template } = await harness.bus.call(getLinkTemplate, { principal: tenant.as("viewer"), template: "Old" });
    expect(template.branding).toEqual({ colour: "red" });
    await expect(create(tenant, { template: "Old" })).rejects.toMatchObject({
      errors: [{ pointer: "/branding/colour", message: "must be a colour such as #0f6b60" }],
    });
  });
});

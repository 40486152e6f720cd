import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "../first-start.js";
import { objectsOf, runProgram } from "./run-program.js";

describe("knowledge and demo content on the command line", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-knowledge-"));
  let product: FirstStart;
  let demo: Announcement;
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    mkdirSync(join(folder, "rooms"));
    writeFileSync(join(folder, "prices.md"), "# Prices\n\nAn MRI costs 400 euros.\n");
    writeFileSync(join(folder, "rooms/plan.txt"), "The waiting room is on the second floor.\n");
    writeFileSync(join(folder, "ignored.png"), "no document");
  }, 120_000);
  afterAll(async () => {
    await product?.clear();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const parley = (
    argv: string[],
    more: Record<string, string> = { PARLEY_TOKEN: demo.admin_token },
    interruptAt?: string,
  ) => runProgram(argv, { PARLEY_URL: product.base, ...more }, interruptAt);

  it("adds a folder, changes nothing on a repeat, and reports refused files while the others continue", async () => {
    const first = await parley(["knowledge", "add", "clinic-desk", folder, "--language", "english"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toBe("created    prices.md  1 passages\ncreated    rooms/plan.txt  1 passages\n2 created\n");
    writeFileSync(join(folder, "blank.md"), "   \n");
    writeFileSync(join(folder, "prices.md"), "# Prices\n\nAn MRI costs 450 euros.\n");
    const again = await parley(["knowledge", "add", "clinic-desk", folder, "--language", "english"]);
    expect(again).toMatchObject({ code: 1, out: expect.stringContaining("1 updated, 1 unchanged, 1 refused\n") });
    expect(again.err).toMatch(/^parley: \S+blank\.md: .+ \((document_unreadable|validation_failed)\)\n/);
  });

  it("lists, searches, shows and removes by name", async () => {
    const list = await parley(["knowledge", "list", "clinic-desk"]);
    expect(list.out).toMatch(/^NAME +REVISION +PASSAGES[\s\S]+prices\.md +2 /);
    const found = await parley(["knowledge", "search", "clinic-desk", "what does an MRI cost", "--mode", "fts"]);
    expect(found).toMatchObject({ code: 0, out: expect.stringContaining("An MRI costs 450 euros.") });
    const [whole] = objectsOf(
      await parley(["knowledge", "search", "clinic-desk", "waiting room", "--top-k", "1", "--json"]),
    );
    expect(whole).toMatchObject({ passages: [{ document: "rooms/plan.txt" }] });
    expect((await parley(["knowledge", "show", "clinic-desk", "prices.md"])).out).toContain("An MRI costs 450 euros.");
    const removed = await parley(["knowledge", "remove", "clinic-desk", "prices.md", "never there"]);
    expect(removed).toMatchObject({
      code: 1,
      out: "prices.md: removed\n",
      err: expect.stringContaining("(document_not_found)"),
    });
    const rest = objectsOf(await parley(["knowledge", "list", "clinic-desk", "--json"]));
    expect(rest).toMatchObject([{ data: [{ name: "rooms/plan.txt" }] }]);
  });

  it("gives up immediately where every file would be refused, with the exit code of the reason", async () => {
    const nobody = await parley(["knowledge", "add", "no-such-agent", folder]);
    expect(nobody).toMatchObject({ code: 1, out: "1 refused\n", err: expect.stringContaining("(agent_not_found)") });
    const wrong = await parley(["knowledge", "add", "clinic-desk", folder], { PARLEY_TOKEN: "ak_wrong" });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("(invalid_token)") });
    const away = await parley(["knowledge", "add", "clinic-desk", folder, "--url", "http://127.0.0.1:1"]);
    expect(away).toMatchObject({ code: 3, err: expect.stringContaining("(network_error)") });
  });

  it("is 130 when it is interrupted during work", async () => {
    const interrupted = await parley(["knowledge", "add", "clinic-desk", folder], undefined, "");
    expect(interrupted).toMatchObject({ code: 130, out: "" });
  });

  it("seeds a tenant of a running installation; a repeat keeps everything", async () => {
    // PARLEY_TENANT names another tenant: the new one is meant all the same.
    const operator = { ADMIN_API_KEY: demo.api_key, PARLEY_TENANT: demo.tenant_id };
    const demoLinks = async () => (await parley(["links", "list", "support", "--json"])).out;
    const before = await demoLinks();
    const [made] = objectsOf(await parley(["seed", "--new-tenant", "Showroom", "--json"], operator));
    const { tenant, agents } = made as {
      tenant: { id: string; admin_token: string };
      agents: Record<string, string>[];
    };
    expect(agents.map(({ slug, agent, link }) => `${slug} ${agent} ${link}`)).toEqual([
      "clinic-desk created created",
      "feedback created created",
      "support created created",
    ]);
    const own = { PARLEY_TOKEN: tenant.admin_token };
    expect((await fetch(agents[0]?.url ?? "")).status).toBe(200);
    const again = await parley(["seed"], own);
    expect(again.out).toBe(
      "clinic-desk: agent kept, link kept\nfeedback: agent kept, link kept\nsupport: agent kept, link kept\n",
    );
    const listed = objectsOf(await parley(["agents", "list", "--json"], own));
    expect(listed).toMatchObject([{ data: [{ active_version: 1 }, { active_version: 1 }, { active_version: 1 }] }]);
    const second = await parley(["seed", "--new-tenant", "Showroom"], operator);
    expect(second.out).toBe(`PARLEY_TENANT=${tenant.id}\n${again.out}`);
    // The tenant of `npm start` has its agents and links already.
    expect((await parley(["seed"], operator)).out).toBe(again.out);
    expect(await demoLinks()).toBe(before);
    expect(await parley(["seed"], { ADMIN_API_KEY: demo.api_key })).toMatchObject({
      code: 2,
      err: expect.stringContaining("Name the tenant"),
    });
  });
});

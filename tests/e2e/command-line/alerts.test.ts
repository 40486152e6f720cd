import { createBearerClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../cluster/cluster.js";
import { ECHO } from "../../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../../cluster/owner.js";
import { runProgram } from "./run-program.js";

describe("alerts and comments, on the command line", { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let link: MadeLink;
  beforeAll(async () => {
    const env = { MODEL: "scripted-echo", ALERT_INTERVAL_SECONDS: "0.2" };
    cluster = await startCluster({ shape: "standalone", env });
    tenant = await createTenant(cluster, "Alerts");
    await importAgent(tenant, "echo", ECHO);
    link = await createLink(tenant, "echo", {
      ...{ title: "Front desk", budget: { max_tokens: 1, hard: false }, proof_of_work: "off" },
    });
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const parley = (...argv: string[]) =>
    runProgram(argv, { PARLEY_URL: cluster.gateways[0] ?? "", PARLEY_TOKEN: tenant.ownerToken });

  /** One message of a visitor, who writes a comment with the rating. */
  async function visit(): Promise<void> {
    const visitor = createBearerClient({ bases: cluster.gateways });
    const opened = await visitor.call<{ session_token: string }>("POST", `/api/public/sessions/${link.token}`, {});
    const as = { headers: { authorization: `Bearer ${opened.body.session_token}` } };
    expect((await visitor.call("POST", `/api/public/chat/${link.token}`, { message: "Hello" }, as)).status).toBe(200);
    const given = await visitor.call(
      "POST",
      `/api/public/feedback/${link.token}`,
      { rating: 2, text: "Too short." },
      as,
    );
    expect(given.status).toBeLessThan(300);
  }

  it("tells by mail of a budget that is used up, once, and shows to whom", async () => {
    const made = await parley("alerts", "create", "budget_used_up", "--mail", "team@example.com", "--json");
    const { id } = JSON.parse(made.out);
    expect((await parley("alerts", "list")).out).toMatch(new RegExp(`${id} +quiet +budget_used_up +100`));
    await visit();
    await eventually(async () =>
      expect((await parley("alerts", "firings", id)).out).toMatch(
        /crossing +\d+ +100 +fired mail mailbox|fired mail sent/,
      ),
    );
    expect((await parley("alerts", "show", id)).out).toMatch(/state +firing \(1\)/);
    const mails = await tenant.owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
    expect(mails.body.data.filter(({ to }) => to === "team@example.com")).toEqual([
      expect.objectContaining({ text: expect.stringContaining("Alert: Budget used up: Front desk") }),
    ]);
    expect((await parley("alerts", "test", id)).out).toMatch(/^1 told/);
    expect((await parley("alerts", "update", id, "--no-active")).out).toMatch(/state +off/);
    expect((await parley("alerts", "delete", id)).out).toBe("deleted\n");
    expect(await parley("alerts", "show", id)).toMatchObject({
      code: 1,
      err: expect.stringContaining("alert_not_found"),
    });
    const wrong = await parley("alerts", "create", "budget_spent", "--threshold", "200");
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("validation_failed") });
  });

  it("lists what visitors wrote with their ratings", async () => {
    const listed = await parley("analytics", "comments", "--agent", "echo", "--limit", "5");
    expect(listed.out).toMatch(/session +2 +text_\S+ +Too short\.\n/);
  });
});

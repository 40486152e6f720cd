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

  it("mails about a used-up budget, once, and shows to whom", async () => {
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

  it("lists visitors' comments on their ratings", async () => {
    const listed = await parley("analytics", "comments", "--agent", "echo", "--limit", "5");
    expect(listed.out).toMatch(/session +2 +text_\S+ +Too short\.\n/);
  });

  it("sets office hours and who is notified, in the format it shows", async () => {
    const people = (...argv: string[]) => parley("people", ...argv);
    expect(await people("set", "echo")).toMatchObject({ code: 2, err: expect.stringContaining("what is to hold") });
    const zoneless = await people("set", "echo", "--hours", "mon 09:00-17:00");
    expect(zoneless).toMatchObject({ code: 2, err: expect.stringContaining("both --hours and --time-zone") });
    const spans = ["mon-wed 09:00-12:00,13:00-17:00", "Friday 09:00-24:00"];
    const zone = ["--time-zone", "Europe/Berlin"];
    const set = await people("set", "echo", "--hours", ...spans, ...zone, "--reply-minutes", "10", "--mail", "a@x.org");
    expect(set).toMatchObject({ code: 0, err: "" });
    const shown =
      "mon 09:00-12:00,13:00-17:00; tue 09:00-12:00,13:00-17:00; wed 09:00-12:00,13:00-17:00; fri 09:00-24:00";
    expect((await people("show", "echo")).out.replace(/\s+/g, " ")).toContain(`${shown} (Europe/Berlin)`);
    // What is not named stays; one half of the hours takes the other from what holds.
    await people("set", "echo", "--time-zone", "Asia/Tokyo", "--fallback-minutes", "5", "--mail", "none");
    expect(JSON.parse((await people("show", "echo", "--json")).out)).toMatchObject({
      hours: { time_zone: "Asia/Tokyo", days: { friday: [{ from: "09:00", to: "24:00" }] } },
      ...{ reply_minutes: 10, fallback_minutes: 5, notify: { emails: [], chat_urls: [] } },
    });
    for (const wrong of ["someday 09:00-17:00", "fri-mon 09:00-17:00", "mon nine to five"])
      expect((await people("set", "echo", "--hours", wrong)).err).toContain("is no time of the week");
    const backwards = await people("set", "echo", "--hours", "mon 17:00-09:00");
    expect(backwards).toMatchObject({ code: 1, err: expect.stringContaining("validation_failed") });
    const always = await people("set", "echo", "--always", "--reply-minutes", "none");
    expect(always.out).toMatch(/hours +always[\s\S]*reply minutes +not said/);
  });

  it("answers a visitor who asked for a person", async () => {
    const { token } = await createLink(tenant, "echo", { proof_of_work: "off" });
    const opened = await createBearerClient({ bases: cluster.gateways }).call<{ session_token: string }>(
      ...["POST", `/api/public/sessions/${token}`, {}],
    );
    const visitor = createBearerClient({ bases: cluster.gateways, token: opened.body.session_token });
    const asked = await visitor.call<{ escalation_id: string }>("POST", `/api/public/escalate/${token}`, {
      reason: "a bill",
    });
    const { escalation_id: id } = asked.body;
    const work = (what: string, ...more: string[]) => parley("escalations", what, id, ...more);
    expect((await parley("escalations", "list", "--status", "open")).out).toMatch(new RegExp(`${id} +open .* a bill`));
    expect(await work("reply", "Hello.")).toMatchObject({ code: 1, err: expect.stringContaining("escalation_") });
    expect((await work("take", "--name", "Grace")).out).toMatch(/status +assigned[\s\S]*by +Grace/);
    expect((await parley("escalations", "list", "--mine", "--json")).out).toContain(id);
    expect((await work("reply", "Grace here.")).out).toBe("sent\n");
    expect((await work("transfer", "user_ada", "--name", "Ada")).out).toMatch(/by +Ada/);
    expect(await work("hand-back")).toMatchObject({ code: 1 });
    expect((await work("take")).err).toContain("escalation_assigned");
    const history = await visitor.call("GET", `/api/public/history/${token}`);
    expect(history.text).toContain("Grace here.");
  });
});

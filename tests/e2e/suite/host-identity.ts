import { randomUUID } from "node:crypto";
import { eventually } from "@parley/testkit";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createLink, type MadeLink } from "../../cluster/owner.js";
import { type Fixture, type GetFixture, type Message, visitor } from "./fixture.js";

interface Opened {
  session_token: string | null;
  session_id: string;
}

const OPEN = { max_sessions: 100, rate_limit_per_minute: 100 };

interface Site {
  link: MadeLink;
  /** Valid until `end` from now. */
  identity(more?: Record<string, unknown>, end?: string): Promise<string>;
  open(identity: string, sessionToken?: string): ReturnType<typeof openAt>;
}

const openAt = (fixture: Fixture, link: MadeLink, identity: string, sessionToken?: string) =>
  visitor(fixture, sessionToken).call<Opened>("POST", `/api/public/sessions/${link.token}`, { identity });

/** A link whose site vouches for Ada. */
async function newSite(fixture: Fixture, body: Record<string, unknown> = {}): Promise<Site> {
  const link = await createLink(fixture.tenant, "echo", { ...OPEN, ...body });
  const path = `/api/agents/echo/public-links/${link.id}/identity/secret`;
  const made = await fixture.tenant.owner.call<{ secret: string; audience: string }>("POST", path, {});
  if (made.status !== 201) throw new Error(`no secret: ${made.status} ${made.text}`);
  const { secret, audience } = made.body;
  return {
    link,
    identity: (more = {}, end = "5m") =>
      new SignJWT({ sub: "ada", email: "ada@example.com", name: "Ada", jti: randomUUID(), ...more })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(audience)
        .setExpirationTime(end)
        .sign(new TextEncoder().encode(secret)),
    open: (identity, sessionToken) => openAt(fixture, link, identity, sessionToken),
  };
}

/** A visitor whom the embedding site knows. */
export function describeHostIdentity(fixture: GetFixture): void {
  describe("identities of the embedding site", () => {
    it("lead a person to one conversation on every device, without the code that a link asks others for", async () => {
      const site = await newSite(fixture(), { require_email: true });
      const first = await site.open(await site.identity());
      expect(first).toMatchObject({ status: 201, body: { session_token: expect.stringMatching(/^ps_/) } });
      const me = visitor(fixture(), first.body.session_token ?? "");
      const path = `/api/public/chat/${site.link.token}`;
      expect((await me.call("POST", path, { message: "hi" })).body).toMatchObject({ response: "echo(hi)" });
      const second = await site.open(await site.identity());
      expect(second).toMatchObject({
        status: 200,
        body: { session_id: first.body.session_id, session: { message_count: 1 } },
      });
      const history = await visitor(fixture(), second.body.session_token ?? "").call<{ data: Message[] }>(
        "GET",
        `/api/public/history/${site.link.token}`,
      );
      expect(history.body.data.map(({ content }) => content)).toContain("echo(hi)");
      const anonymous = await visitor(fixture()).call("POST", `/api/public/sessions/${site.link.token}`, {});
      expect(anonymous).toMatchObject({ status: 403, body: { code: "verification_required" } });
      const shown = await fixture().tenant.owner.call("GET", `/api/agents/echo/public-links/${site.link.id}/sessions`);
      expect(shown.body).toMatchObject({
        data: [
          { participant: { email: "ada@example.com", name: "Ada", identifier: "ada" }, participant_verified: true },
        ],
      });
    });

    it("give the browser of one person another conversation for the next", async () => {
      const site = await newSite(fixture());
      const ada = await site.identity();
      const first = await site.open(ada);
      const token = first.body.session_token ?? "";
      // The page is loaded again with the same identity.
      expect(await site.open(ada, token)).toMatchObject({
        status: 200,
        body: { session_id: first.body.session_id, session_token: null },
      });
      const eve = await site.open(await site.identity({ sub: "eve", email: "eve@example.com" }), token);
      expect(eve.status).toBe(201);
      expect(eve.body.session_id).not.toBe(first.body.session_id);
    });

    it("are refused with the reason, which the owner finds among the security events", async () => {
      const [site, other] = [await newSite(fixture()), await newSite(fixture())];
      const used = await site.identity();
      expect((await site.open(used)).status).toBe(201);
      const tries: [string, string, string][] = [
        [used, "identity_refused", "used"],
        [await other.identity(), "identity_refused", "signature"],
        [await site.identity({}, "-10m"), "identity_expired", "expired"],
      ];
      for (const [identity, code, reason] of tries)
        expect(await site.open(identity)).toMatchObject({ status: 401, body: { code, reason } });
      const path = `/api/analytics/security-events?link_id=${site.link.id}&kind=identity_refused`;
      await eventually(
        async () => {
          const { body } = await fixture().tenant.owner.call<{ data: { scope: string; count: number }[] }>("GET", path);
          expect(body.data.map(({ scope }) => scope).sort()).toEqual(["expired", "signature", "used"]);
        },
        { timeoutMs: 20_000 },
      );
    });
  });
}

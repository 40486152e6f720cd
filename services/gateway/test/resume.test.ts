import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const SHOP = "https://shop.example";
const ownPage = () => ({ origin: world.url, "sec-fetch-site": "same-origin" });

const call = (path: string, headers: Record<string, string>, body: unknown = {}, method = "POST"): Promise<Response> =>
  fetch(`${world.url}/api/public/${path}`, {
    method,
    ...(method === "DELETE" ? {} : { body: JSON.stringify(body) }),
    headers: { ...(method === "DELETE" ? {} : { "content-type": "application/json" }), ...headers },
  });

const listed = () => world.owners.link({ allowedDomains: [SHOP] });

async function sealed(link: { token: string }): Promise<{ handle: string; bearer: Record<string, string> }> {
  const opened = await bodyOf(await call(`sessions/${link.token}`, ownPage()));
  const bearer = { authorization: `Bearer ${String(opened.session_token)}` };
  const answer = await call(`resume-handle/${link.token}`, { ...ownPage(), ...bearer });
  expect(answer.status).toBe(200);
  const { handle, expires_at } = await bodyOf(answer);
  expect(Date.parse(String(expires_at))).toBeGreaterThan(Date.now());
  // Sealed bytes may spell anything short by chance, so the whole token is looked for.
  expect(handle).not.toContain(String(bearer.authorization).slice(7));
  return { handle: String(handle), bearer };
}

describe("a resume handle", () => {
  it("resumes the session for a page of this server, with a cookie for its frame", async () => {
    const link = listed();
    const { handle, bearer } = await sealed(link);
    const answer = await call(`resume/${link.token}`, { ...ownPage(), "x-parley-frame": "cross-site" }, { handle });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=None; Secure; Partitioned; Max-Age=\d+$/);
    expect(`Bearer ${String((await bodyOf(answer)).session_token)}`).toBe(bearer.authorization);
  });

  it.each([
    ["a script of the host page", { origin: SHOP, "sec-fetch-site": "cross-site" }],
    ["a frame that claims our origin", { "sec-fetch-site": "cross-site" }],
    ["a call without an origin", {}],
    ["another site", { origin: "https://evil.example", "sec-fetch-site": "same-origin" }],
  ])("is refused to %s, both to seal and to open", async (_who, given) => {
    const link = listed();
    const { handle, bearer } = await sealed(link);
    const headers = { ...("origin" in given || !("sec-fetch-site" in given) ? {} : { origin: world.url }), ...given };
    for (const answer of [
      await call(`resume/${link.token}`, headers, { handle }),
      await call(`resume-handle/${link.token}`, { ...headers, ...bearer }),
      await call(`resume/${link.token}`, headers, {}, "DELETE"),
    ]) {
      expect(answer.status).toBe(403);
      expect((await bodyOf(answer)).code).toBe("origin_not_allowed");
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  it("opens nothing on another link or when altered", async () => {
    const link = listed();
    const { handle, bearer } = await sealed(link);
    const refused = async (token: string, given: string): Promise<void> => {
      const answer = await call(`resume/${token}`, ownPage(), { handle: given });
      expect([answer.status, (await bodyOf(answer)).code]).toEqual([401, "session_token_invalid"]);
    };
    await refused(listed().token, handle);
    // Not at its end: the last characters of base64url have bits that say nothing.
    const [start, middle, end] = [handle.slice(0, -9), handle.at(-9), handle.slice(-8)];
    await refused(link.token, `${start}${middle === "A" ? "B" : "A"}${end}`);
    await refused(link.token, String(bearer.authorization).slice(7));
    await refused(link.token, "v1.00000000.AAAA");
  });

  it("opens nothing from a network other than the one it was issued to", async () => {
    const proxied = await startWorld({ TRUSTED_PROXIES: "127.0.0.1" });
    try {
      const link = proxied.owners.link({ allowedDomains: [SHOP] });
      const ask = (path: string, address: string, body: unknown = {}, more: Record<string, string> = {}) =>
        fetch(`${proxied.url}/api/public/${path}/${link.token}`, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json", origin: proxied.url, "x-forwarded-for": address, ...more },
        });
      const opened = await bodyOf(await ask("sessions", "198.51.100.7"));
      const bearer = { authorization: `Bearer ${String(opened.session_token)}` };
      const { handle } = await bodyOf(await ask("resume-handle", "198.51.100.7", {}, bearer));
      expect((await ask("resume", "203.0.113.9", { handle })).status).toBe(401);
      expect((await ask("resume", "198.51.100.7", { handle })).status).toBe(200);
    } finally {
      await proxied.stop();
    }
  });

  it("is issued only for an existing session", async () => {
    const link = listed();
    const none = await call(`resume-handle/${link.token}`, ownPage());
    expect([none.status, (await bodyOf(none)).code]).toEqual([401, "session_token_invalid"]);
  });

  it("is forgotten with the cookie of the session, which continues", async () => {
    const link = listed();
    const { bearer } = await sealed(link);
    const answer = await call(`resume/${link.token}`, { ...ownPage(), ...bearer }, {}, "DELETE");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/Max-Age=0$/);
    const history = await bodyOf(await fetch(`${world.url}/api/public/history/${link.token}`, { headers: bearer }));
    expect(history.session).toMatchObject({ status: "active" });
  });
});

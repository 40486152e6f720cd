import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type PoisonedWorld, startPoisonedWorld } from "../dead-letters/poisoned-world.js";
import { objectsOf, runProgram } from "./run-program.js";

describe("following a session on the command line", { timeout: 60_000 }, () => {
  let world: PoisonedWorld;
  let sessionId = "";
  let say: (message: string) => Promise<number>;
  beforeAll(async () => {
    world = await startPoisonedWorld();
    world.defect.there = false;
    const link = await world.call("POST", "/api/agents/echo/public-links", { title: "L", max_sessions: 5 });
    const opened = await world.call("POST", `/api/public/sessions/${link.body.token}`, {});
    const session = z.looseObject({ session_id: z.string(), session_token: z.string() }).parse(opened.body);
    sessionId = session.session_id;
    say = async (message) =>
      (await world.call("POST", `/api/public/chat/${link.body.token}`, { message }, session.session_token)).status;
  }, 60_000);
  afterAll(() => world?.close(), 60_000);
  const withToken = () => ({ PARLEY_URL: world.url, PARLEY_TOKEN: world.token });

  it("shows its owner, by a token alone, the result and cost of each turn, and ends with the session", async () => {
    const following = runProgram(["sessions", "tail", sessionId], withToken());
    expect(await say("hello there")).toBe(200);
    await world.call("POST", `/api/sessions/${sessionId}/end`);
    const { code, out, err } = await following;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^1-\d+ \S+ transition hello → talk$/m);
    expect(out).toMatch(/^1-\d+ \S+ message user: hello there$/m);
    expect(out).toMatch(/^1-\d+ \S+ message assistant: echo\(hello there\)$/m);
    expect(out).toMatch(/^1-\d+ \S+ turn in talk after \d+ ms, \d+\+\d+ tokens; in all \d+\+\d+ tokens$/m);
    expect(out).toMatch(/^1-\d+ \S+ session_ended .+\n$/m);
    const again = objectsOf(await runProgram(["sessions", "tail", sessionId, "--json"], withToken()));
    expect(again[0]).toMatchObject({ type: "connected", session_id: sessionId });
    expect(again.at(-1)).toMatchObject({ type: "session_ended" });
  });

  it("is left by Ctrl-C with exit code 0, and the session continues", async () => {
    const { body } = await world.call("POST", "/api/agents/echo/public-links", { title: "M", max_sessions: 5 });
    const opened = await world.call("POST", `/api/public/sessions/${body.token}`, {});
    const id = z.string().parse(opened.body.session_id);
    const left = runProgram(["sessions", "tail", id], withToken(), "Welcome.");
    expect(await left).toMatchObject({ code: 0, out: expect.stringContaining("Welcome."), err: "" });
    expect((await world.call("GET", `/api/sessions/${id}`)).body).toMatchObject({ status: "active" });
  });

  it("reports an unknown session", async () => {
    const unknown = await runProgram(["sessions", "tail", "text_unknown"], withToken());
    expect(unknown).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(session_not_found)") });
  });

  it("shows the visitor's view where the server has no live view, and forwards unknown events", async () => {
    const server = createServer((request, response) => {
      if (!request.url?.startsWith("/api/chat/sessions/text_1/events")) {
        response
          .writeHead(404, { "content-type": "application/problem+json" })
          .end('{"code":"not_found","status":404}');
        return;
      }
      const event = (id: string, type: string, data: object) =>
        response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
      response.writeHead(200, { "content-type": "text/event-stream" });
      event("1-1", "weather", { sky: "blue" });
      event("1-2", "session_ended", { reason: "owner" });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const env = { PARLEY_URL: `http://127.0.0.1:${port}`, PARLEY_KEY: "key" };
    try {
      const { code, out } = await runProgram(["sessions", "tail", "text_1"], env);
      expect({ code, out }).toEqual({
        code: 0,
        out: '1-1 weather {"sky":"blue"}\n1-2 session_ended {"reason":"owner"}\n',
      });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

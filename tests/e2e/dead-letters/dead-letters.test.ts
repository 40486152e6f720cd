import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type PoisonedWorld, startPoisonedWorld } from "./poisoned-world.js";

const listed = z.object({
  data: z.array(z.looseObject({ id: z.string(), session_id: z.string(), status: z.string() })),
  next_cursor: z.string().nullable(),
});

describe("dead letters", { timeout: 60_000 }, () => {
  let world: PoisonedWorld;
  beforeAll(async () => {
    world = await startPoisonedWorld();
  }, 60_000);
  afterAll(() => world?.close(), 60_000);

  /** A visitor of a link that counts messages and tokens. */
  const visitor = async (body: object = {}) => {
    const limits = { max_sessions: 5, max_messages_per_session: 5, budget: { max_tokens: 1_000_000 }, ...body };
    const link = await world.call("POST", "/api/agents/echo/public-links", { title: "L", ...limits });
    const token = z.string().parse(link.body.token);
    const opened = await world.call("POST", `/api/public/sessions/${token}`, {});
    const session = z.looseObject({ session_id: z.string(), session_token: z.string() }).parse(opened.body);
    return {
      linkId: z.string().parse(link.body.id),
      id: session.session_id,
      say: (message: string, files: string[] = []) =>
        world.call("POST", `/api/public/chat/${token}`, { message, files }, session.session_token),
      upload: async (text: string) => {
        const body = new FormData();
        body.append("file", new Blob([text], { type: "text/plain" }), "note.txt");
        const headers = { authorization: `Bearer ${session.session_token}` };
        const answer = await fetch(`${world.url}/api/public/files/${token}`, { method: "POST", body, headers });
        return z.looseObject({ id: z.string() }).parse(await answer.json()).id;
      },
      end: () => world.call("POST", `/api/sessions/${session.session_id}/end`),
      history: async () => {
        const { body } = await world.call("GET", `/api/public/history/${token}`, undefined, session.session_token);
        return z
          .looseObject({ messages: z.array(z.object({ role: z.string(), content: z.string(), status: z.string() })) })
          .parse({ messages: body.data ?? body.messages })
          .messages.map(({ role, content, status }) => `${role}: ${content} (${status})`);
      },
    };
  };
  const list = async (query: string) => listed.parse((await world.call("GET", `/api/dead-letters?${query}`)).body);
  const poison = async (words = "poison") => {
    world.defect.there = true;
    const guest = await visitor();
    expect((await guest.say(words)).status).toBe(500);
    const { data } = await list(`session_id=${guest.id}`);
    expect(data).toHaveLength(1);
    return { guest, id: data[0]?.id ?? "" };
  };
  const show = async (id: string) => (await world.call("GET", `/api/dead-letters/${id}`)).body;
  const outcome = (id: string) =>
    eventually(
      async () => {
        const { status } = await show(id);
        if (status === "replaying") throw new Error("not yet");
        return status;
      },
      { timeoutMs: 20_000 },
    );
  const count = (of: string, id: string) =>
    world.db.tenant(world.tenantId, async (trx) => {
      const questions: Record<string, ReturnType<typeof sql<{ n: string }>>> = {
        used: sql`select messages_used as n from text_conversations where session_id = ${id}`,
        tokens: sql`select tokens_used as n from link_budgets where link_id = ${id}`,
        doneTurns: sql`select count(*) as n from session_turns t join text_conversations c on c.id = t.conversation_id
          where c.session_id = ${id} and t.status = 'done' and t.kind = 'message'`,
      };
      const { rows } = (await questions[of]?.execute(trx)) ?? { rows: [] };
      return Number(rows[0]?.n);
    });

  it("show what was given up, and the content only to whoever opens one", async () => {
    const { guest, id } = await poison("my poison is secret");
    const [entry] = (await list(`session_id=${guest.id}`)).data;
    expect(entry).toMatchObject({
      ...{ id, kind: "turn", turn_kind: "message", session_id: guest.id, session_status: "active" },
      ...{ agent_id: world.agentId, agent_version: 1, link_id: guest.linkId, reason: "too many tries" },
      ...{ error: "internal", status: "waiting", replay: null },
    });
    expect(JSON.stringify(entry)).not.toContain("secret");
    expect(await show(id)).toMatchObject({ ...entry, content: "my poison is secret", files: [] });
    // It has cost nothing, and the session has gone on.
    expect(await count("used", guest.id)).toBe(0);
    expect((await guest.say("fine")).body).toMatchObject({ response: "echo(fine)" });
  });

  it("after the fix a replay is answered exactly once, charged once, and not repeated", async () => {
    const { guest, id } = await poison();
    world.defect.there = false;
    const replies = world.defect.replies;
    const asked = Array.from({ length: 5 }, () => world.call("POST", `/api/dead-letters/${id}/replay`));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
    expect(await outcome(id)).toBe("replayed");
    const tokens = await count("tokens", guest.linkId);
    expect(tokens).toBeGreaterThan(0);
    expect((await world.call("POST", `/api/dead-letters/${id}/replay`)).status).toBe(200);
    expect(await guest.history()).toEqual([
      "assistant: Welcome. (done)",
      "user: poison (failed)",
      "user: poison (done)",
      "assistant: echo(poison) (done)",
    ]);
    expect(world.defect.replies - replies).toBe(1);
    expect(await count("used", guest.id)).toBe(1);
    expect(await count("doneTurns", guest.id)).toBe(1);
    expect(await count("tokens", guest.linkId)).toBe(tokens);
    expect((await show(id)).replay).toMatchObject({ attempts: 1, error: null, by: expect.stringMatching(/^token:/) });
    expect(await world.metrics()).toMatch(/^dead_letters_replayed_total 1$/m);
    expect(await world.metrics()).toMatch(/^turns_given_up_total [1-9]/m);
    expect((await list("status=replayed")).data.map((one) => one.id)).toContain(id);
  });

  it("before the fix a replay fails, becomes a dead letter of its own, and may be repeated", async () => {
    const { guest, id } = await poison();
    expect((await world.call("POST", `/api/dead-letters/${id}/replay`)).status).toBe(202);
    expect(await outcome(id)).toBe("failed");
    expect((await show(id)).replay).toMatchObject({ attempts: 1, error: "internal" });
    expect((await list(`session_id=${guest.id}`)).data).toHaveLength(2);
    world.defect.there = false;
    expect((await world.call("POST", `/api/dead-letters/${id}/replay`)).status).toBe(202);
    expect(await outcome(id)).toBe("replayed");
    expect((await show(id)).replay).toMatchObject({ attempts: 2, error: null });
    expect(await count("used", guest.id)).toBe(1);
  });

  it("of an ended session say so, and stay to be read or dropped", async () => {
    const { guest, id } = await poison();
    expect((await guest.end()).status).toBe(200);
    const refused = await world.call("POST", `/api/dead-letters/${id}/replay`);
    expect(refused).toMatchObject({ status: 410, body: { code: "session_ended" } });
    expect(await show(id)).toMatchObject({ status: "waiting", session_status: "completed", content: "poison" });
    expect(await world.call("DELETE", `/api/dead-letters/${id}`)).toEqual({ status: 200, body: { deleted: true } });
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/replay"],
      ["DELETE", ""],
    ] as const)
      expect(await world.call(method, `/api/dead-letters/${id}${path}`)).toMatchObject({
        status: 404,
        body: { code: "dead_letter_not_found" },
      });
  });

  it("are not replayed when the visitor has no message left", async () => {
    world.defect.there = true;
    const guest = await visitor({ max_messages_per_session: 1 });
    await guest.say("poison");
    expect((await guest.say("the only one")).status).toBe(200);
    const id = (await list(`session_id=${guest.id}`)).data[0]?.id;
    const refused = await world.call("POST", `/api/dead-letters/${id}/replay`);
    expect(refused.body).toMatchObject({ code: "messages_exhausted" });
  });

  it("carry the files of their message, once", async () => {
    world.defect.there = true;
    const guest = await visitor({ file_uploads: { enabled: true, types: ["text/plain"] } });
    const file = await guest.upload("what the file says");
    expect((await guest.say("poison with a file", [file])).status).toBe(500);
    const id = (await list(`session_id=${guest.id}`)).data[0]?.id ?? "";
    expect((await show(id)).files).toMatchObject([{ id: file, name: "note.txt" }]);
    world.defect.there = false;
    expect((await world.call("POST", `/api/dead-letters/${id}/replay`)).status).toBe(202);
    expect(await outcome(id)).toBe("replayed");
    // It went with the replay: nobody can send it again.
    expect((await guest.say("again", [file])).body).toMatchObject({ code: "file_not_found" });
  });

  it("of a timeout are replayed only while nothing has happened since", async () => {
    const guest = await visitor();
    const id = await world.giveUpTimer(guest.id);
    expect(await show(id)).toMatchObject({ turn_kind: "timer", status: "waiting", content: "" });
    expect((await world.call("POST", `/api/dead-letters/${id}/replay`)).status).toBe(202);
    expect(await outcome(id)).toBe("replayed");
    // A timeout is no message: it costs none.
    expect(await count("used", guest.id)).toBe(0);

    const busy = await visitor();
    const late = await world.giveUpTimer(busy.id);
    world.defect.there = false;
    expect((await busy.say("something else")).status).toBe(200);
    const refused = await world.call("POST", `/api/dead-letters/${late}/replay`);
    expect(refused).toMatchObject({ status: 409, body: { code: "turn_overtaken" } });
  });

  it("are listed newest first, page by page, each once, and filtered", async () => {
    const made = [await poison(), await poison(), await poison()].map(({ id }) => id);
    const all: string[] = [];
    let cursor = "";
    do {
      const page = await list(`limit=2${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      all.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor ?? "";
    } while (cursor !== "");
    expect(new Set(all).size).toBe(all.length);
    expect(all.slice(0, 3)).toEqual(made.reverse());
    expect((await list(`agent_id=${world.agentId}&limit=200`)).data).toHaveLength(all.length);
    expect((await list("agent_id=018f3a5e-7c1b-7d2e-8a4f-000000000002")).data).toEqual([]);
    for (const bad of ["cursor=nonsense", "status=lost", "limit=0"])
      expect((await world.call("GET", `/api/dead-letters?${bad}`)).status).toBe(422);
  });

  it("belong to admins of their tenant", async () => {
    const { id } = await poison();
    const editor = await world.tokenOf("editor");
    const { token: stranger } = await world.tenant("Another");
    const routes = [
      ["GET", `/${id}`],
      ["POST", `/${id}/replay`],
      ["DELETE", `/${id}`],
    ] as const;
    for (const [method, path] of routes) {
      expect((await world.call(method, `/api/dead-letters${path}`, undefined, editor)).status).toBe(403);
      expect((await world.call(method, `/api/dead-letters${path}`, undefined, stranger)).status).toBe(404);
    }
    expect((await world.call("GET", "/api/dead-letters", undefined, editor)).status).toBe(403);
    expect((await world.call("GET", "/api/dead-letters", undefined, stranger)).body).toMatchObject({ data: [] });
    for (const odd of ["x", "a.b", `${id}0`, `${id.slice(0, 36)}.9999999999`])
      expect((await world.call("GET", `/api/dead-letters/${odd}`)).status).toBe(404);
  });
});

import { createSession, createTenant } from "@parley/contracts";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../../apps/cli/test/run-cli.js";
import { type Answer, type KnowledgeWorld, startKnowledgeWorld } from "../knowledge/knowledge-world.js";

const DESK = {
  agent: { name: "Desk" },
  workflow: { initial_node: "desk", nodes: [{ id: "desk", system_prompt: "Answer the visitor." }] },
};
let world: KnowledgeWorld;
let agentId: string;
let people = 0;
const lines: string[] = [];

beforeAll(async () => {
  world = await startKnowledgeWorld({
    ...{ summaryEvery: 2, runners: 2 },
    log: { write: (line) => void lines.push(line) },
  });
  agentId = (await world.import("desk", DESK)).agentId;
}, 60_000);
afterAll(() => world.close());

const newAddress = (): string => {
  people += 1;
  return `person-${people}@example.com`;
};
const pathOf = (email: string, more = ""): string => `/api/agents/desk/memory/${encodeURIComponent(email)}${more}`;
const get = (email: string, more?: string): Promise<Answer> => world.call("GET", pathOf(email, more));
const put = (email: string, body: object): Promise<Answer> => world.call("PUT", pathOf(email), body);
const undo = (email: string, body: object): Promise<Answer> => world.call("POST", pathOf(email, "/undo"), body);

async function opened(email: string): Promise<string> {
  const person = { participant: { email }, participantVerified: true };
  const session = { tenantId: world.tenantId, agentId, version: null, metadata: {}, replyTo: "test", ...person };
  return (await world.bus.call(createSession, session)).sessionId;
}

/** Says two things, and waits until the summary holds the second one. */
async function summarised(email: string, sessionId: string, said: [string, string]): Promise<void> {
  for (const text of said) await world.say(sessionId, text);
  await eventually(async () => expect((await get(email)).body.summary).toContain(said[1]), { timeoutMs: 20_000 });
}

/** The system text with which this message was answered. */
async function promptOf(sessionId: string, message: string): Promise<string> {
  await world.say(sessionId, message);
  const asked = world.asked.findLast(
    ({ hints, messages }) => hints.nodeId === "desk" && messages.at(-1)?.content === message,
  );
  return asked?.system ?? "not asked";
}

describe("the owner's view of what an agent remembers", () => {
  it("shows summary and notes separately, and lists the remembered people, newest change first, in pages", async () => {
    const [first, second] = [newAddress(), newAddress()];
    const sessionId = await opened(first);
    await summarised(first, sessionId, ["I drink tea", "I live in Bern"]);
    expect((await put(second, { notes: "Prefers mornings." })).status).toBe(200);
    expect((await put(first, { notes: "Call back." })).body).toMatchObject({
      ...{ address: first, notes: "Call back.", revision: 3, summary: expect.stringContaining("I live in Bern") },
    });
    const page = await world.call("GET", "/api/agents/desk/memory?limit=1");
    expect(page.body.data).toEqual([{ address: first, updated_at: expect.stringMatching(/Z$/) }]);
    const next = await world.call("GET", `/api/agents/desk/memory?limit=1&cursor=${page.body.next_cursor}`);
    expect(next.body.data).toMatchObject([{ address: second }]);
    expect((await world.call("GET", "/api/agents/desk/memory?cursor=nonsense")).status).toBe(422);
  });

  it("has a change in the next prompt of a running conversation, at whichever replica it is answered", async () => {
    const email = newAddress();
    const sessionId = await opened(email);
    for (const n of [1, 2, 3, 4]) {
      await put(email, { notes: `Moved to street ${n}.` });
      const prompt = await promptOf(sessionId, `message ${n}`);
      expect(prompt).toContain(`Moved to street ${n}.`);
      expect(prompt).not.toContain(`Moved to street ${n - 1}.`);
    }
    expect((await world.call("DELETE", pathOf(email))).body).toEqual({ deleted: true });
    expect(await promptOf(sessionId, "Who am I?")).not.toContain("<memory>");
  });

  it("keeps omitted members, treats null and blank as nothing, and is the same in any spelling of the address", async () => {
    const email = newAddress();
    await put(email, { summary: "Likes tea.", notes: "Call back." });
    expect((await put(email.toUpperCase(), { notes: " \n" })).body).toMatchObject({
      ...{ address: email, summary: "Likes tea.", notes: null },
    });
    expect((await put(email, { summary: null })).body).toMatchObject({ summary: null, notes: null });
  });

  it.each([
    ["an unknown field", { text: "x" }],
    ["a NUL", { notes: "a\u0000b" }],
    ["half a surrogate pair", { notes: "a\ud800" }],
    ["more than 4000 characters", { summary: "x".repeat(4_001) }],
  ])("refuses %s", async (_, body) => {
    expect((await put("nobody@example.com", body)).status).toBe(422);
    expect((await get("nobody@example.com")).body.code).toBe("memory_not_found");
  });

  it("refuses an invalid address, an unknown agent, and a person of another tenant", async () => {
    const email = newAddress();
    await put(email, { notes: "Ours." });
    expect((await get("not-an-address")).status).toBe(422);
    expect((await world.call("GET", `/api/agents/other/memory/${email}`)).body.code).toBe("agent_not_found");
    const operator = { tenantId: null, role: "owner", via: "hmac", id: "test" } as const;
    const stranger = await world.bus.call(createTenant, { principal: operator, name: "Strangers" });
    for (const path of [pathOf(email), `/api/agents/${agentId}/memory`])
      expect((await world.call("GET", path, undefined, stranger.adminToken)).body.code).toBe("agent_not_found");
  });

  it("is read by operators and changed by editors", async () => {
    const email = newAddress();
    await put(email, { notes: "Ours." });
    const tokenOf = async (role: string) => {
      const { body } = await world.call("POST", "/api/tokens", { name: role, role });
      return String(body.token);
    };
    const [viewer, operator, editor] = [await tokenOf("viewer"), await tokenOf("operator"), await tokenOf("editor")];
    const calls: [string, string, object?][] = [
      ["GET", "/api/agents/desk/memory"],
      ["GET", pathOf(email)],
      ["GET", pathOf(email, "/history")],
      ["PUT", pathOf(email), { notes: "Changed." }],
      ["POST", pathOf(email, "/undo"), { to: 2 }],
      ["DELETE", pathOf(email)],
    ];
    const statuses = async (token: string) => {
      const found: number[] = [];
      for (const [method, path, body] of calls) found.push((await world.call(method, path, body, token)).status);
      return found;
    };
    expect(await statuses(viewer)).toEqual([403, 403, 403, 403, 403, 403]);
    expect(await statuses(operator)).toEqual([200, 200, 200, 403, 403, 403]);
    expect(await statuses(editor)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe("changes of a memory", () => {
  it("are not overwritten by a writer that has not seen them", async () => {
    const email = newAddress();
    const { revision } = (await put(email, { notes: "first" })).body;
    const both = await Promise.all([put(email, { notes: "a", revision }), put(email, { notes: "b", revision })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const kept = both.find(({ status }) => status === 200)?.body.notes;
    expect((await get(email)).body.notes).toBe(kept);
    // The same request once more is not a conflict: its texts hold.
    expect((await put(email, { notes: kept, revision })).status).toBe(200);
    expect((await put(email, { notes: "c", revision })).body.code).toBe("conflict");
  });

  it("are listed with who, when, before and after, and each can be taken back", async () => {
    const email = newAddress();
    const sessionId = await opened(email);
    await summarised(email, sessionId, ["I drink tea", "I live in Bern"]);
    const { body: first } = await get(email);
    await put(email, { summary: "Lives in Basel.", notes: "Call back." });
    const undone = await undo(email, { to: first.revision });
    expect(undone.body).toMatchObject({ summary: first.summary, notes: null });
    // Repeated it changes nothing more.
    expect((await undo(email, { to: first.revision })).body.revision).toBe(undone.body.revision);
    const { data } = (await get(email, "/history")).body;
    const original = { summary: first.summary, notes: null };
    const corrected = { summary: "Lives in Basel.", notes: "Call back." };
    const by = { source: "person", actor: expect.stringMatching(/./), session_id: null };
    expect(data).toEqual([
      { ...by, revision: 4, at: expect.anything(), restored_from: 2, before: corrected, after: original },
      { ...by, revision: 3, at: expect.anything(), restored_from: null, before: original, after: corrected },
      {
        ...{ source: "summary", actor: null, session_id: sessionId, restored_from: null },
        ...{ revision: 2, at: expect.anything(), before: null, after: original },
      },
    ]);
    expect((await undo(email, { to: 999 })).body.code).toBe("memory_revision_not_found");
    expect((await undo(newAddress(), { to: 1 })).body.code).toBe("memory_not_found");
  });

  it("are limited to the newest fifty, in pages of ten with the text before each", async () => {
    const email = newAddress();
    for (let n = 1; n <= 55; n += 1) await put(email, { notes: `note ${n}` });
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await get(email, `/history?limit=200${cursor}`);
      const data = body.data as { before: { notes: string } | null; after: { notes: string } }[];
      expect(data.length).toBeLessThanOrEqual(10);
      seen.push(...data.map(({ before, after }) => [before?.notes, after.notes]));
      cursor = body.next_cursor === null ? "" : `&cursor=${body.next_cursor}`;
    } while (cursor !== "");
    const expected = Array.from({ length: 50 }, (_, n) => [n === 49 ? undefined : `note ${54 - n}`, `note ${55 - n}`]);
    expect(seen).toEqual(expected);
  });
});

describe("forgetting a person", () => {
  it("leaves no history, and no later summary contains what was said before", async () => {
    const email = newAddress();
    const sessionId = await opened(email);
    await summarised(email, sessionId, ["I drink tea", "I live in Bern"]);
    // Said, but not due for a summary yet.
    await world.say(sessionId, "My dog is called Rex");
    expect((await world.call("DELETE", pathOf(email))).status).toBe(200);
    expect((await world.call("DELETE", pathOf(email))).body.code).toBe("memory_not_found");
    expect((await get(email, "/history")).body.code).toBe("memory_not_found");
    await summarised(email, sessionId, ["I like cake", "I ride a bicycle"]);
    const { data } = (await get(email, "/history")).body;
    expect(JSON.stringify(data)).toContain("cake");
    expect(JSON.stringify(data)).not.toMatch(/tea|Bern|Rex/);
  });
});

describe("the address in the path", () => {
  it("is in no line of the log and in no metric, whatever the answer", async () => {
    const email = "private.person@example.com";
    const statuses = [
      await put(email, { notes: "Known." }),
      await get(email),
      await put(email, { notes: "Other.", revision: 1 }),
      await get(email, "/history?cursor=x"),
      await get(email, "/nothing-here"),
      await world.call("PATCH", pathOf(email), {}),
      await world.call("GET", pathOf(email), undefined, "ak_wrong"),
      await world.call("DELETE", pathOf(email)),
      await get(email),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 409, 422, 404, 405, 401, 200, 404]);
    const logged = () => lines.filter((line) => line.includes("/memory/:email"));
    await eventually(() => expect(logged().length).toBeGreaterThan(5));
    expect(lines.join("\n")).not.toMatch(/private.person/);
    expect(await world.metrics.text()).not.toMatch(/private.person/);
  });
});

describe("parley memory", () => {
  it("lists, shows, sets, undoes and forgets", async () => {
    const email = newAddress();
    const env = { PARLEY_URL: world.url, PARLEY_TOKEN: world.token };
    const run = async (verb: string, ...more: string[]) => {
      const ran = await runHere(["memory", verb, "desk", ...(verb === "list" ? [] : [email]), ...more], { env });
      expect(ran.err).toBe("");
      return ran.out;
    };
    expect(await run("set", "--notes", "Prefers mornings.")).toContain("Prefers mornings.");
    await run("set", "--notes", "Prefers evenings.", "--summary", "Ada.");
    expect(await run("list")).toContain(email);
    expect(await run("history")).toMatch(/summary: Ada\.; notes: Prefers evenings\./);
    expect(await run("undo")).toContain("Prefers mornings.");
    expect(JSON.parse(await run("show", "--json"))).toMatchObject({ summary: null, notes: "Prefers mornings." });
    expect(await run("undo", "--to", "3")).toContain("Prefers evenings.");
    expect(await run("set", "--summary", "none")).toContain("nothing");
    expect(await run("forget")).toContain("forgotten");
    const gone = await runHere(["memory", "show", "desk", email], { env });
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining("(memory_not_found)") });
  });
});

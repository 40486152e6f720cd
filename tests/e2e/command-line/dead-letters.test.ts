import { endsWithin, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type PoisonedWorld, startPoisonedWorld } from "../dead-letters/poisoned-world.js";
import { objectsOf, runProgram } from "./run-program.js";

describe("dead letters on the command line", { timeout: 60_000 }, () => {
  let world: PoisonedWorld;
  let sessionId = "";
  let say: (message: string) => Promise<number>;
  beforeAll(async () => {
    world = await startPoisonedWorld();
    const limits = { title: "L", max_sessions: 5, max_messages_per_session: 50 };
    const link = await world.call("POST", "/api/agents/echo/public-links", limits);
    const opened = await world.call("POST", `/api/public/sessions/${link.body.token}`, {});
    const session = z.looseObject({ session_id: z.string(), session_token: z.string() }).parse(opened.body);
    sessionId = session.session_id;
    say = async (message) =>
      (await world.call("POST", `/api/public/chat/${link.body.token}`, { message }, session.session_token)).status;
  }, 60_000);
  afterAll(() => world?.close(), 60_000);

  const parley = (...argv: string[]) => runProgram(argv, { PARLEY_URL: world.url, PARLEY_TOKEN: world.token });
  const idOf = async (status: string): Promise<string> => {
    const [{ data }] = objectsOf(await parley("dlq", "list", "--status", status, "--json")) as [
      { data: { id: string }[] },
    ];
    return data[0]?.id ?? "";
  };

  it("are listed without content, shown with it, and replayed after the fix, waiting for the answer", async () => {
    expect((await parley("dlq", "list")).out).toBe("Nothing there.\n");
    expect((await parley("dlq", "replay", "--all")).out).toBe("Nothing waits.\n");
    world.defect.there = true;
    expect(await say("poison in secret")).toBe(500);
    const list = await parley("dlq", "list", "--session", sessionId);
    expect(list.out).toMatch(
      /^ID .+STATUS .+SESSION .+REASON\n\S+\.\d+ +waiting +message +text_\S+ +\S+ +too many tries\n$/,
    );
    expect(list.out).not.toContain("secret");
    const id = await idOf("waiting");
    expect((await parley("dlq", "show", id)).out).toMatch(/^session_id +text_[\s\S]+\n\npoison in secret\n$/m);

    const early = await parley("dlq", "replay", id);
    expect(early).toMatchObject({ code: 1, out: expect.stringMatching(/: failed as turn \S+ \(internal\)\n$/) });
    world.defect.there = false;
    const [replayed] = objectsOf(await parley("dlq", "replay", id, "--json"));
    expect(replayed).toMatchObject({ id, status: "replayed", replay: { attempts: 2 } });
    // What was answered is told again, not done again.
    const replies = world.defect.replies;
    expect(await parley("dlq", "replay", id)).toMatchObject({
      code: 0,
      out: expect.stringContaining(": replayed as turn"),
    });
    expect(world.defect.replies).toBe(replies);
  });

  it("are replayed all together in the order of their messages", async () => {
    world.defect.there = true;
    for (const message of ["poison one", "poison two"]) expect(await say(message)).toBe(500);
    world.defect.there = false;
    const all = await parley("dlq", "replay", "--all", "--agent-id", world.agentId);
    expect(all.code).toBe(0);
    expect(all.out.match(/replayed/g)?.length).toBeGreaterThanOrEqual(2);
    const shown = await parley("sessions", "export", sessionId);
    expect(shown.out.indexOf("echo(poison one)")).toBeGreaterThan(0);
    expect(shown.out.indexOf("echo(poison two)")).toBeGreaterThan(shown.out.indexOf("echo(poison one)"));
  });

  it("are dropped; the others continue when one is missing, and the exit code says so", async () => {
    const id = await idOf("replayed");
    const nowhere = `${id.slice(0, 36)}.999`;
    const dropped = await parley("dlq", "drop", nowhere, id);
    expect(dropped).toMatchObject({ code: 1, out: `${id}: dropped\n` });
    expect(dropped.err).toBe(`parley: ${nowhere}: No such dead letter. (dead_letter_not_found)\n`);
    expect(await parley("dlq", "show", id)).toMatchObject({ code: 1 });
    expect(await parley("dlq", "replay")).toMatchObject({ code: 2, err: expect.stringContaining("--all") });
  });

  it("say that a session has ended", async () => {
    world.defect.there = true;
    expect(await say("poison again")).toBe(500);
    await parley("sessions", "end", sessionId);
    const refused = await parley("dlq", "replay", await idOf("waiting"));
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining("(session_ended)") });
  });

  it("clears caches for admins: changes made outside the API are visible immediately", async () => {
    const made = await world.call("POST", "/api/agents/echo/public-links", { title: "Before", max_sessions: 5 });
    const title = async () => (await world.call("GET", `/api/public/link/${made.body.token}`)).body.title;
    expect(await title()).toBe("Before");
    await world.changeTitle(z.string().parse(made.body.id), "After");
    // It is remembered for five seconds; the poll below is shorter.
    expect(await parley("cache", "clear", "--agent", "echo")).toMatchObject({ code: 0 });
    await endsWithin(2_000, () => eventually(async () => expect(await title()).toBe("After")));
    const cleared = await parley("cache", "clear", "--json");
    expect(objectsOf(cleared)).toEqual([{ agent_id: null, cleared: true }]);
    expect(await parley("cache", "clear", "--agent", "nobody")).toMatchObject({
      code: 1,
      err: expect.stringContaining("(agent_not_found)"),
    });
    const editor = await world.tokenOf("editor");
    const refused = await runProgram(["cache", "clear"], { PARLEY_URL: world.url, PARLEY_TOKEN: editor });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("(forbidden)") });
  });
});

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PeopleWorld, peopleWorld } from "./people-world.js";

let world: PeopleWorld;
beforeAll(async () => {
  // The process of the test only serves calls: what sends are processes of their own.
  world = await peopleWorld(1, { NOTICE_POLL_MS: "60000" });
}, 60_000);
afterAll(() => world?.close(), 60_000);

type Tenant = Awaited<ReturnType<PeopleWorld["tenant"]>>;

/** The notice is sent by a process that is killed with it in hand, then by another one. */
async function killedOnce(t: Tenant, env: Record<string, string>, dying: (kill: () => Promise<void>) => Promise<void>) {
  const first = world.replica(env);
  const gone = once(first, "exit");
  await dying(async () => {
    first.kill("SIGKILL");
    expect((await gone)[1]).toBe("SIGKILL");
  });
  await t.release();
  return world.replica(env);
}

/** As much SMTP as one client needs; `taken` is told of each mail before it is acknowledged, and says whether it is. */
async function mailServer(taken: (messageId: string) => boolean) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let data: string | null = null;
    let unfinished = "";
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("data", (chunk) => {
      // A mail comes in pieces that end anywhere.
      const lines = (unfinished + chunk.toString()).split("\r\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) {
        if (data !== null) {
          if (line !== ".") data += `${line}\n`;
          else {
            const isTaken = taken(/^Message-ID: (.*)$/im.exec(data)?.[1] ?? "");
            data = null;
            if (isTaken) say("250 kept");
          }
        } else if (/^(EHLO|HELO|RSET|MAIL|RCPT)/.test(line)) say("250 ok");
        else if (line === "DATA") {
          data = "";
          say("354 go on");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("a notice whose sender is killed with kill -9", () => {
  it("is sent to a chat in a second attempt with the key of the first, and in no third", async () => {
    const t = await world.tenant();
    await t.people({ notify: { chat_urls: [`${world.chat.url}/${t.tenantId}`] } });
    const { id } = await t.escalate(await t.session());
    world.chat.state.answer = () => undefined;
    const second = await killedOnce(t, {}, async (kill) => {
      await eventually(() => expect(t.chat()).toHaveLength(1), { timeoutMs: 30_000 });
      await kill();
      world.chat.state.answer = (_got, response) => void response.writeHead(200).end("ok");
    });
    await eventually(async () => expect((await t.escalation(id)).notices).toMatchObject([{ status: "sent" }]), {
      timeoutMs: 30_000,
    });
    const keys = t.chat().map(({ headers }) => headers["idempotency-key"]);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    // It serves calls too: one of the next test would go to it while it dies.
    second.kill("SIGKILL");
    await once(second, "exit");
  }, 90_000);

  it("is mailed under one Message-ID in both attempts, as an operator's notice and as a visitor's answer", async () => {
    const t = await world.tenant();
    await t.people({ notify: { emails: ["desk@example.com"] } });
    const sessionId = await t.session();
    const ids: string[] = [];
    let isTaken = false;
    const server = await mailServer((messageId) => {
      ids.push(messageId);
      return isTaken;
    });
    const env = { SMTP_URL: server.url };
    const { id } = await t.escalate(sessionId);
    const dying = (nth: number) => async (kill: () => Promise<void>) => {
      isTaken = false;
      await eventually(() => expect(ids).toHaveLength(nth), { timeoutMs: 30_000 });
      await kill();
      isTaken = true;
    };
    const sent = (statuses: string[]) =>
      eventually(async () => expect((await t.escalation(id)).notices?.map(({ status }) => status)).toEqual(statuses), {
        timeoutMs: 30_000,
      });
    const second = await killedOnce(t, env, dying(1));
    await sent(["sent"]);
    second.kill("SIGKILL");
    await once(second, "exit");
    await t.choose(sessionId, "email", "ada@example.com");
    await t.assign(id);
    await t.reply(id, "Here it is.");
    await killedOnce(t, env, dying(3));
    await sent(["sent", "sent"]);
    expect(ids).toHaveLength(4);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(2);
    server.close();
  }, 120_000);
});

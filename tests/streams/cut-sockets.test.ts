import { setTimeout as delay } from "node:timers/promises";
import type { ModelCall, ModelFault } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from "vitest";
import { type Conversation, converse, type History, LINK } from "../channel/conversation.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { type CutSocket, startCutSocket } from "./cut-socket.js";

const PLAN =
  process.env.STREAMS_FULL === "1"
    ? { conversations: 100, readers: 20, forMs: 60_000, deadlineMs: 400_000 }
    : { conversations: 10, readers: 20, forMs: 12_000, deadlineMs: 200_000 };
/** One address opens a hundred sessions of a link per minute. */
const CONVERSATIONS_PER_LINK = 50;
const END_MS = 90_000;
const PAUSE_MS = 500;
const LIMITS = {
  RATE_LIMIT_ADDRESS_PER_MINUTE: "10000000",
  MAX_STREAMS_PER_ADDRESS: "200000",
  MAX_CONNECTIONS_PER_ADDRESS: "200000",
  MAX_REQUESTS_IN_FLIGHT: "20000",
};

describe("sockets that are cut repeatedly while sending", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let links: MadeLink[];
  beforeAll(async () => {
    const faults = ({ n }: ModelCall): ModelFault | null => (n % 3 === 0 ? { type: "slow", tokenDelayMs: 30 } : null);
    cluster = await startCluster({ shape: "distributed", model: { faults }, env: LIMITS });
    tenant = await createTenant(cluster, "Sockets");
    await importAgent(tenant, "echo", ECHO);
    const wanted = Math.ceil(PLAN.conversations / CONVERSATIONS_PER_LINK);
    links = await inTens(wanted, () => createLink(tenant, "echo", LINK));
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  it(
    "tell every reader exactly what is stored, once, and lose or double no message of theirs",
    async () => {
      onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
      const talks = await inTens(PLAN.conversations, (n) => converse(cluster, linkOf(links, n)));
      const readers = talks.map((talk) =>
        Array.from({ length: PLAN.readers }, () =>
          startCutSocket({
            urls: cluster.gateways.map((base) => `${base.replace(/^http/, "ws")}/ws/chat/${talk.id}/${talk.userId}`),
            token: talk.token,
          }),
        ),
      );
      onTestFinished(() => {
        for (const reader of readers.flat()) reader.stop();
      });
      const endsAt = Date.now() + PLAN.forMs;
      const said = await Promise.all(readers.map((of, number) => talkOn(of, { number, endsAt })));
      for (const reader of readers.flat()) reader.keep();
      const stored = await inTens(talks.length, (n) => settled(at(talks, n), at(said, n)));
      await inTens(talks.length, (n) => end(tenant, at(talks, n).id));
      const deadline = Date.now() + END_MS;
      while (readers.flat().some(({ told }) => !told.ended) && Date.now() < deadline) await delay(200);

      const findings = { readers: 0, ended: 0, differs: 0, twice: 0, repeated: 0, resets: 0, cuts: 0, refused: 0 };
      for (const [n, of] of readers.entries()) {
        const texts = at(stored, n).map(({ sender_type, content }) => `${sender_type}: ${content}`);
        const ids = at(stored, n).map(({ id }) => id);
        for (const { told } of of) {
          findings.readers += 1;
          if (told.ended) findings.ended += 1;
          const same = JSON.stringify([told.messages, told.ids]) === JSON.stringify([texts, ids]);
          if (!same) findings.differs += 1;
          if (new Set(told.ids).size !== told.ids.length) findings.twice += 1;
          for (const name of ["repeated", "resets", "cuts", "refused"] as const) findings[name] += told[name];
        }
      }
      process.stdout.write(`\n${JSON.stringify({ ...findings, said: said.reduce((sum, n) => sum + n, 0) })}\n`);
      const expected = PLAN.conversations * PLAN.readers;
      expect(findings).toMatchObject({
        readers: expected,
        ended: expected,
        differs: 0,
        twice: 0,
        repeated: 0,
        resets: 0,
      });
      expect(findings.cuts).toBeGreaterThan(findings.readers * 2);
      expect(Math.min(...said)).toBeGreaterThanOrEqual(1);
    },
    PLAN.deadlineMs,
  );
});

/** One of the readers speaks, over whatever connection it has; answers how many messages were accepted. */
async function talkOn(of: CutSocket[], { number, endsAt }: { number: number; endsAt: number }): Promise<number> {
  let accepted = 0;
  while (accepted === 0 || Date.now() < endsAt) {
    const text = `c${number} m${accepted} ${"word ".repeat(10)}end`;
    await at(of, 0).say(text);
    accepted += 1;
    // The log has words in the order in which they came, the history each answer behind its question: the next one waits for it.
    while (!at(of, 0).told.messages.includes(`agent: echo(${text})`)) {
      if (Date.now() > endsAt + END_MS) throw new Error(`no answer to ${text}`);
      await delay(50);
    }
    await delay(PAUSE_MS * (1 + Math.random()));
  }
  return accepted;
}

/** The history once every message is answered: each accepted one stands there once, with its answer. */
async function settled({ id, me }: Conversation, accepted: number): Promise<History["messages"]> {
  const deadline = Date.now() + END_MS;
  for (;;) {
    const { messages } = (await me.call<History>("GET", `/chat/${id}/history?limit=500`)).body;
    const of = (type: string): number => messages.filter(({ sender_type }) => sender_type === type).length;
    // The greeting is the agent's, too.
    if (of("user") === accepted && of("agent") === accepted + 1) return messages;
    if (Date.now() > deadline) throw new Error(`${of("user")} of ${accepted} stored, ${of("agent") - 1} answered`);
    await delay(200);
  }
}

const linkOf = (links: MadeLink[], n: number): MadeLink => at(links, Math.floor(n / CONVERSATIONS_PER_LINK));

async function end({ signed }: Tenant, sessionId: string): Promise<void> {
  const answer = await signed.call("DELETE", `/api/chat/sessions/${sessionId}`);
  if (answer.status !== 200) throw new Error(`not ended: ${answer.status} ${answer.text}`);
}

function at<T>(list: readonly T[], n: number): T {
  const found = list[n];
  if (found === undefined) throw new Error(`there is no ${n}`);
  return found;
}

async function inTens<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += 10)
    made.push(...(await Promise.all(Array.from({ length: Math.min(10, count - from) }, (_, n) => make(from + n)))));
  return made;
}

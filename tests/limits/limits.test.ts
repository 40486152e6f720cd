import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Arena, atOnce, booksOf, isFull, openArena, PRICE, tally } from "./arena.js";
import { killInTurns } from "./killing.js";

const ROUNDS = isFull ? 200 : 5;
const FEW_ROUNDS = isFull ? 40 : 2;
const LONG = isFull ? 1_800_000 : 120_000;

const WORDS = "one two three four";

describe(`limits under parallel use (${isFull ? "full" : "short"} form)`, () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena();
  }, 120_000);
  afterAll(() => arena?.close(), 60_000);
  const onFailure = (): void => onTestFailed(() => void process.stderr.write(`${arena.cluster.report()}\n`));

  it(
    "one session left and 500 visitors at two gateways: of those who come in one talks, every time",
    async () => {
      onFailure();
      const startedAt = performance.now();
      for (let round = 0; round < ROUNDS; round += 1) {
        const link = await arena.link({ max_sessions: 1 });
        const answers = await atOnce(500, () => arena.ask(link));
        expect(tally(answers)).toEqual({ "201": 21, "429 concurrent_sessions_exhausted": 479 });
        const tokens = answers.flatMap(({ body }) => (body.session_token ? [String(body.session_token)] : []));
        const path = `/api/public/chat/${link.token}`;
        const said = await atOnce(500, (n) =>
          arena.visit("POST", path, { message: `m${n}` }, { token: tokens[n % tokens.length] ?? "", wait: false }),
        );
        const talking = new Set(said.flatMap(({ status, body }) => (status === 202 ? [body.session_id] : [])));
        expect(talking.size).toBe(1);
        const { "202": taken = 0, "429 too_many_pending": pending = 0, ...others } = tally(said);
        expect(others).toEqual({ "429 sessions_exhausted": 500 - taken - pending });
        expect(await booksOf(arena, link)).toMatchObject({ sessions_used: 1, talking: 1, sessions: 21 });
        expect(tally(await atOnce(20, () => arena.ask(link)))).toEqual({ "429 sessions_exhausted": 20 });
      }
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      process.stdout.write(
        `\n${ROUNDS} rounds of 500 sessions opened and 500 first messages: ${ROUNDS} talk, 503 repeated ${arena.repeats}, ${seconds} s\n`,
      );
    },
    LONG,
  );

  it(
    "three conversations at a time: of sixty that begin at once three do, and one more when one has ended",
    async () => {
      onFailure();
      for (let round = 0; round < FEW_ROUNDS; round += 1) {
        const link = await arena.link({ max_sessions: 1_000, max_concurrent_sessions: 3 });
        const open = () => arena.ask(link);
        const answers = await atOnce(60, open);
        expect(tally(answers)).toEqual({ "201": 3, "429 concurrent_sessions_exhausted": 57 });
        const first = answers.find(({ status }) => status === 201);
        const token = String(first?.body.session_token);
        const ended = await arena.visit("DELETE", `/api/public/session/${link.token}`, {}, { token });
        expect(ended.status).toBe(200);
        expect(tally(await atOnce(20, open))).toEqual({ "201": 1, "429 concurrent_sessions_exhausted": 19 });
        // Who was refused has used nothing up.
        expect(await booksOf(arena, link)).toMatchObject({ sessions_used: 0, sessions: 4 });
      }
    },
    LONG,
  );

  it(
    "five messages and forty sent at once: five are taken, and answered",
    async () => {
      onFailure();
      for (let round = 0; round < FEW_ROUNDS; round += 1) {
        const link = await arena.link({ max_messages_per_session: 5, max_sessions: 10 });
        const token = await arena.enter(link);
        const path = `/api/public/chat/${link.token}`;
        const answers = await atOnce(40, (n) =>
          arena.visit("POST", path, { message: `m${n}` }, { token, wait: false }),
        );
        expect(tally(answers)).toEqual({ "202": 5, "429 messages_exhausted": 35 });
        await eventually(
          async () => {
            const [row] = await arena.query<{ done: number }>(
              `select count(*)::int as done from session_turns t join text_conversations c on c.id = t.conversation_id
                where c.link_id = $1 and t.kind = 'message' and t.status = 'done'`,
              [link.id],
            );
            if (row?.done !== 5) throw new Error(`${row?.done} of 5 answered`);
          },
          { timeoutMs: 20_000 },
        );
        expect(await booksOf(arena, link)).toMatchObject({ most_messages: 5, miscounted: 0 });
      }
    },
    LONG,
  );

  it(
    "a token budget with room for twelve small turns admits twelve at once, then is used up and never passed",
    async () => {
      onFailure();
      for (let round = 0; round < FEW_ROUNDS; round += 1) {
        const { link, tokens, answers } = await spendAtOnce(arena, 12);
        expect(tally(answers)).toEqual({ "200": 12 });
        const told = await booksOf(arena, link);
        expect(told.tokens_used).toBe(told.tokens_told);
        const after = await untilRefused(arena, link);
        expect(after).toMatchObject({ "429 budget_exhausted": expect.any(Number) });
        const books = await booksOf(arena, link);
        expect(books).toMatchObject({ reserved: 0, miscounted: 0 });
        expect(books.tokens_used).toBe(books.tokens_told);
        expect(books.tokens_used).toBeLessThanOrEqual(tokens);
        expect(books.cost_used).toBeCloseTo(books.cost_told, 9);
      }
    },
    LONG,
  );

  it(
    "a money budget is never passed either",
    async () => {
      onFailure();
      const max_cost = 4;
      const link = await arena.link({ max_sessions: 100, max_messages_per_session: 1_000, budget: { max_cost } });
      await untilRefused(arena, link);
      const books = await booksOf(arena, link);
      expect(books.cost_used).toBeGreaterThan(max_cost / 2);
      expect(books.cost_used).toBeLessThanOrEqual(max_cost);
      expect(books.cost_used).toBeCloseTo(books.cost_told, 9);
      expect(books.tokens_used).toBeLessThanOrEqual(max_cost / PRICE.input);
    },
    LONG,
  );

  it(
    "with runners and sessions services killed in between, every limit holds and nothing leaks",
    async () => {
      onFailure();
      const tokens = 3_000;
      const fields = { max_sessions: 20, max_messages_per_session: 3, budget: { max_tokens: tokens } };
      const links = await Promise.all(Array.from({ length: isFull ? 12 : 3 }, () => arena.link(fields)));
      const kills = killInTurns(arena.cluster, ["agent-runner-1", "sessions-1", "agent-runner-2", "sessions-2"]);
      await Promise.all(
        links.flatMap((link) =>
          Array.from({ length: 25 }, async () => {
            // An answer may get lost with its process: what counts is what the books say in the end.
            const made = await arena.visit("POST", `/api/public/sessions/${link.token}`, {}).catch(() => null);
            if (made?.status !== 201) return;
            const token = String(made.body.session_token);
            for (let n = 0; n < 5; n += 1) {
              const message = { message: WORDS, client_message_id: `c-${n}` };
              await arena.visit("POST", `/api/public/chat/${link.token}`, message, { token }).catch(() => null);
            }
          }),
        ),
      );
      expect(await kills.stop()).toBeGreaterThanOrEqual(2);
      for (const link of links) {
        await eventually(() => nothingPending(arena, link.id), { timeoutMs: 30_000, intervalMs: 200 });
        const books = await booksOf(arena, link);
        expect(books).toMatchObject({ reserved: 0, miscounted: 0 });
        expect(books.sessions_used).toBe(books.talking);
        expect(books.sessions_used).toBeLessThanOrEqual(20);
        expect(books.most_messages).toBeLessThanOrEqual(3);
        expect(books.tokens_used).toBeGreaterThanOrEqual(books.tokens_told);
        expect(books.tokens_used).toBeLessThanOrEqual(tokens);
      }
    },
    LONG,
  );
});

/** One message in each of `count` fresh sessions at once, of a link that has room for them and for what the last one may hold. */
async function spendAtOnce(arena: Arena, count: number) {
  const probe = await arena.link({ max_sessions: 10, budget: { max_tokens: 100_000 } });
  const say = (link: { token: string }, token: string) =>
    arena.visit("POST", `/api/public/chat/${link.token}`, { message: WORDS }, { token });
  await say(probe, await arena.enter(probe));
  const each = (await booksOf(arena, probe)).tokens_used;
  // More than the bytes of such a prompt, less than a few turns hold at once: they have to wait for each other.
  const tokens = count * each + 1_000;
  const link = await arena.link({
    max_sessions: 1_000,
    max_messages_per_session: 1_000,
    budget: { max_tokens: tokens },
  });
  const visitors = await Promise.all(Array.from({ length: count }, () => arena.enter(link)));
  const answers = await Promise.all(visitors.map((token) => say(link, token)));
  return { link, tokens, answers };
}

/** Ten visitors talk until each of them was refused; answers how often what was answered. */
async function untilRefused(arena: Arena, link: { id: string; token: string; url: string }) {
  const visitors = await Promise.all(Array.from({ length: 10 }, () => arena.enter(link).catch(() => null)));
  const answers = await Promise.all(
    visitors.map(async (token) => {
      const own = [];
      for (let n = 0; token !== null && n < 100; n += 1) {
        const answer = await arena.visit("POST", `/api/public/chat/${link.token}`, { message: WORDS }, { token });
        own.push(answer);
        if (answer.code === "budget_exhausted") break;
      }
      return own;
    }),
  );
  return tally(answers.flat());
}

async function nothingPending(arena: Arena, linkId: string): Promise<void> {
  const [row] = await arena.query<{ waiting: number }>(
    `select count(*)::int as waiting from session_turns t join text_conversations c on c.id = t.conversation_id
      where c.link_id = $1 and t.status = 'pending'`,
    [linkId],
  );
  if (row?.waiting !== 0) throw new Error(`${row?.waiting} turns wait`);
}

import { createBearerClient, eventually, followEvents } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

interface Answer {
  response: string;
  session_token: string;
}
interface History {
  data: { role: string; content: string }[];
}

/** What a machine gets that has nothing: PostgreSQL and NATS from npm, and the memory driver in place of Redis. */
describe("a first start with npm packages alone", () => {
  let product: FirstStart;
  let demo: Announcement;
  beforeAll(async () => {
    product = await firstStart({ PARLEY_STORES_FROM: "npm" });
    demo = await product.start();
  }, 180_000);
  afterAll(() => product?.clear(), 60_000);

  it("opens a link, chats, resumes a cut stream without gap or duplicate, and continues after a restart", async () => {
    onTestFailed(() => void process.stderr.write(product.child.tail()));
    expect(product.child.log()).toMatch(/Redis: memory driver: single gateway only/);
    const link = demo.links.find(({ agent }) => agent === "support")?.token ?? "";
    const visitor = (token?: string) => createBearerClient({ bases: [product.base], token });
    const page = await visitor().call("GET", `/public/chat/${link}`);
    expect([page.status, page.text.includes("<html")]).toEqual([200, true]);

    const said: string[] = [];
    let token: string | undefined;
    const say = async (message: string): Promise<void> => {
      const { status, body } = await visitor(token).call<Answer>("POST", `/api/public/chat/${link}`, { message });
      expect(status).toBe(200);
      token ??= body.session_token;
      said.push(message, body.response);
    };
    await say("Where is my parcel?");
    const reader = followEvents(() => visitor(token).stream(`/api/public/events/${link}`));
    try {
      await eventually(() => reader.events.length > 0);
      reader.cut();
      await say("NW-123456");
      await eventually(() => reader.events.some(({ data }) => data.content === said.at(-1)));
      await product.child.stop();
      // The address that signs in works once, so each start has another.
      expect(await product.start()).toEqual({ ...demo, console_sign_in_url: expect.stringMatching(/#token=pi_/) });
      await say("And how long does it take?");
      await eventually(() => reader.events.some(({ data }) => data.content === said.at(-1)), { timeoutMs: 30_000 });
      const heard = reader.events.filter(({ event }) => event === "message").map(({ data }) => data.content);
      // What was answered after the first cut arrived once each, and in order.
      const answers = said.filter((_, index) => index === 3 || index === 5);
      expect(heard.filter((content) => answers.includes(String(content)))).toEqual(answers);
    } finally {
      await reader.stop();
    }
    const history = await visitor(token).call<History>("GET", `/api/public/history/${link}`);
    const talk = history.body.data
      .filter(({ role }) => role === "user" || role === "assistant")
      .map(({ content }) => content);
    for (const text of said) expect(talk.join("\n")).toContain(text);
  }, 120_000);
});

import { describe, expect, it } from "vitest";
import { type FakeSockets, playSockets } from "./fake-socket.js";
import { type OpenOptions, skipBrowser, useBench } from "./setup.js";
import { answers, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);

async function open({ broken = false, ...options }: OpenOptions & { broken?: boolean } = {}) {
  let sockets: FakeSockets | null = null;
  const page = await bench.open(
    options,
    (api) => {
      api.hasSockets = true;
    },
    async (opened) => {
      sockets = await playSockets(opened, bench.api);
      sockets.broken = broken;
    },
  );
  // It was made before the page was loaded.
  return { page, sockets: sockets as unknown as FakeSockets };
}

describe.skipIf(skipBrowser)("how events come", () => {
  it("is a socket if the server offers it, and the page says so", async () => {
    const { page, sockets } = await open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello"]);
    await expect.poll(() => page.locator(".connection").getAttribute("title")).toBe("WebSocket");
    await say(page, "When do you open?");
    const { turnId } = await nextTurn(made);
    made.delta(turnId, 0, "At ");
    await expect.poll(() => answers(page).last().innerText()).toBe("At ");
    made.finish(turnId, "At eight.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello", "At eight."]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["When do you open?"]);
    made.humanJoins("Bob");
    made.types(true);
    await page.getByText("Bob is typing…").waitFor();
    expect([sockets.opened, bench.api().streamsOpened]).toEqual([1, 0]);
    expect(bench.api().posts.map(({ waited }) => waited)).toEqual([false]);
  });

  it("continues after the last event when a socket is cut in the middle of an answer, without gap or duplicate", async () => {
    const { page, sockets } = await open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    await say(page, "Tell me");
    const { turnId } = await nextTurn(made);
    made.delta(turnId, 0, "Once ");
    await expect.poll(() => answers(page).last().innerText()).toBe("Once ");
    await sockets.cut();
    made.delta(turnId, 5, "upon ");
    made.finish(turnId, "Once upon a time.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello", "Once upon a time."]);
    expect(sockets.after.at(-1)).toMatch(/^1-\d+$/);
    await expect.poll(() => own(page).count()).toBe(1);
    expect(bench.api().posts).toHaveLength(1);
    expect(bench.api().streamsOpened).toBe(0);
  });

  it("reloads the whole state when its position is lost", async () => {
    const { page, sockets } = await open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    made.newEpoch();
    made.greet("Again");
    await sockets.cut();
    await expect.poll(() => sockets.opened).toBe(2);
    await expect.poll(() => answers(page).last().innerText()).toBe("Again");
  });

  it("is an event stream at once where sockets do not get through, which is remembered across a reload", async () => {
    const { page } = await open({ broken: true });
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello"]);
    await expect.poll(() => page.locator(".connection").getAttribute("title")).toBe("SSE");
    expect(bench.api().tickets).toBe(1);
    await page.reload();
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => page.locator(".connection").getAttribute("title")).toBe("SSE");
    expect(bench.api().tickets).toBe(1);
  });

  it("is polling where streams are buffered too", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 100;
    });
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).allInnerTexts(), { timeout: 20_000 }).toEqual(["Hello"]);
    await expect.poll(() => page.locator(".connection").getAttribute("title")).toBe("HTTP");
  });
});

import { expect, it } from "vitest";
import { type Backend, bare, LINK, type Opened, panelOf, plain, quiet, run, useHosts } from "./setup.js";

const hosts = useHosts();

/** What a browser calls a long task: the widget has none, because all that it adds to page and frame together is shorter. */
const LONG_TASK_MS = 50;
const MOST_RUNS = 8;

/** Loads the panel's document in a frame, as the widget does when it opens. */
const frameOf = ({ url }: Backend): string => `new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.onload = resolve;
  frame.src = "${url}/public/chat/${LINK}?frame=widget";
  document.body.append(frame);
})`;

/** Milliseconds that the main thread of the page has worked: time of the processor, which a busy machine stretches less than the clock. */
async function workOf({ page, context }: Opened): Promise<() => Promise<number>> {
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
  };
}

it("loads and opens without a long task on the host page's main thread", async () => {
  // What else a browser does comes on top of a run now and then: the shortest one tells what the widget takes.
  const shortest = { bare: Infinity, frame: Infinity, load: Infinity, open: Infinity };
  const take = (name: keyof typeof shortest, ms: number): void => {
    expect(ms).toBeGreaterThan(0);
    shortest[name] = Math.min(shortest[name], ms);
  };
  const suffices = (): boolean =>
    shortest.load - shortest.bare < LONG_TASK_MS && shortest.open - shortest.frame < LONG_TASK_MS;
  for (let runs = 0; runs < MOST_RUNS && !suffices(); runs += 1) {
    for (const [loading, opening, host] of [["bare", "frame", bare] as const, ["load", "open", plain()] as const]) {
      const opened = await hosts.open(host);
      const worked = await workOf(opened);
      const before = await worked();
      await opened.page.reload();
      await quiet(opened.page);
      const loaded = await worked();
      take(loading, loaded - before);
      if (opening === "open") {
        await run(opened.page, "chatWidget.openChat()");
        await panelOf(opened);
      } else await run(opened.page, frameOf(opened.backend));
      await quiet(opened.page);
      take(opening, (await worked()) - loaded);
      await opened.context.close();
    }
  }
  process.stdout.write(`${JSON.stringify(shortest)} ms of the processor\n`);
  expect(suffices(), JSON.stringify(shortest)).toBe(true);
});

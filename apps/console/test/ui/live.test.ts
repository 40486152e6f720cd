import { expect, it } from "vitest";
import { skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();
const fact = (data: object): string => `event: fact\ndata: ${JSON.stringify(data)}\n\n`;
const asked = (): (number | undefined)[] =>
  ["sessions", "s1", "s2", "agents"].map((name) => gallery.api().counts.get(`/api/count/${name}`));

it.skipIf(skipBrowser)("fetches what a fact concerns, each query at most once a second", async () => {
  await gallery.open("/live");
  await expect.poll(asked).toEqual([1, 1, 1, 1]);
  await expect.poll(() => gallery.api().streams.size).toBe(1);
  const [stream] = gallery.api().streams;
  stream?.write(fact({ type: "session.presence", session_id: "s1" }));
  const begun = performance.now();
  for (let more = 0; more < 50; more += 1) stream?.write(fact({ type: "session.started", session_id: "s1" }));
  await expect.poll(() => asked().slice(0, 2)).toEqual([3, 3]);
  expect(performance.now() - begun).toBeGreaterThan(900);
  expect(asked()).toEqual([3, 3, 1, 1]);
});

it.skipIf(skipBrowser)("fetches everything again after a reconnect, because facts have no history", async () => {
  await gallery.open("/live");
  await expect.poll(asked).toEqual([1, 1, 1, 1]);
  await expect.poll(() => gallery.api().streams.size).toBe(1);
  // The page has read from the stream that is cut, so the next one is a reconnect.
  for (const stream of gallery.api().streams) stream.write(fact({ type: "session.started", session_id: "s1" }));
  await expect.poll(asked).toEqual([2, 2, 1, 1]);
  for (const stream of gallery.api().streams) stream.destroy();
  await expect.poll(asked).toEqual([3, 3, 2, 2]);
});

it.skipIf(skipBrowser)("fetches again after a first answer that may be older than the fact", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const page = await gallery.open("/live", {
    prepare: (api) => {
      api.held = held;
    },
  });
  await expect.poll(asked).toEqual([1, 1, 1, 1]);
  await expect.poll(() => page.locator("main").getAttribute("data-live")).toBe("live");
  for (const stream of gallery.api().streams) stream.write(fact({ type: "session.started", session_id: "s1" }));
  // Nothing tells that the fact was read while the first answers are held; too short a wait makes the test weaker, not red.
  await page.waitForTimeout(300);
  release();
  await expect.poll(() => page.locator("output").allInnerTexts()).toEqual(["2", "2", "1", "1", "2"]);
});

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

import type { LiveWriter } from "../../turns/live-writer.js";

/** A stream that nobody reads. `said` tells what a part had said when its turn was stopped. */
export const silentLive = (said: (part: number) => string = () => ""): LiveWriter => ({
  status: () => undefined,
  append: () => undefined,
  finish: () => undefined,
  said,
  close: () => [],
});

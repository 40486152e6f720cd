import type { LiveWriter } from "@parley/turns";

/** A stream that nobody reads. `said` returns the text a part had streamed when its turn was stopped. */
export const silentLive = (said: (part: number) => string = () => ""): LiveWriter => ({
  status: () => undefined,
  append: () => undefined,
  finish: () => undefined,
  said,
  close: () => [],
});

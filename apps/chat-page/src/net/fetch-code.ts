import { backoffMs } from "./backoff.js";

const FIRST_PAUSE_MS = 1_000;
/** The address of the module, which most browsers include in the error. */
const ADDRESS = /https?:\/\/\S+\.js/;

/**
 * Imports a module of the page, retrying with growing pauses until it loads: without a connection none does. Browsers may remember that a
 * module failed and not request it again, so later tries give it another address.
 */
export async function untilFetched<Code>(load: () => Promise<Code>): Promise<Code> {
  let address: string | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const anew = `${address}?again=${attempt}`;
    try {
      return address === undefined ? await load() : await import(/* @vite-ignore */ anew);
    } catch (error) {
      address ??= ADDRESS.exec(String(error))?.[0];
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, FIRST_PAUSE_MS)));
    }
  }
}

import { backoffMs } from "./backoff.js";

const FIRST_PAUSE_MS = 1_000;
/** Where the module lies, as most browsers say in the error. */
const ADDRESS = /https?:\/\/\S+\.js/;

/**
 * Imports a module of the page, again and again with growing pauses, until it comes: without a connection none does. Browsers may remember
 * that a module did not come and not ask for it again, so that later tries give it another address.
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

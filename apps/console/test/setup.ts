import { join } from "node:path";
import {
  type OpenOptions,
  type Bench as PageBench,
  useBench as pageBench,
  screenshotsIn,
} from "@parley/web-kit/testing";
import type { Page } from "playwright-core";
import { startFakeApi, TOKEN } from "./fake-api.js";
import type { FakeApi } from "./fake-contract.js";

export { axeFindings, sidewaysOverflow, skipBrowser } from "@parley/web-kit/testing";

export const screenshot = screenshotsIn("console");

export interface Bench extends Omit<PageBench<FakeApi>, "open"> {
  /** Opens a path of the console in a new browser profile; `prepare` sets the server up first. */
  open(path: string, options?: OpenOptions & { signedIn?: boolean; prepare?: (api: FakeApi) => void }): Promise<Page>;
}

export function consoleBench(): Bench {
  const bench = pageBench(join(import.meta.dirname, ".."), startFakeApi);
  return {
    ...bench,
    open: (path, { signedIn = true, prepare, ...options } = {}) =>
      bench.open({
        address: ({ url }) => url + path,
        options,
        prepare,
        beforeLoad: async (page) => {
          if (signedIn) await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${TOKEN}")`);
        },
      }),
  };
}

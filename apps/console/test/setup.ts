import { join } from "node:path";
import {
  builtPage,
  type OpenOptions,
  type Bench as PageBench,
  useBench as pageBench,
  screenshotsIn,
  skipBrowser,
} from "@parley/web-kit/testing";
import type { FrameLocator, Page } from "playwright-core";
import { beforeAll } from "vitest";
import { startFakeApi, TOKEN } from "./fake-api.js";
import type { FakeApi } from "./fake-contract.js";

export { axeFindings, choose, sidewaysOverflow, skipBrowser } from "@parley/web-kit/testing";

export const screenshot = screenshotsIn("console");

/** The chat page in the form of a link. */
export const previewOf = (page: Page): FrameLocator => page.frameLocator("iframe[title='Preview of the chat page']");

export interface Bench extends Omit<PageBench<FakeApi>, "open"> {
  /** Opens a path of the console in a new browser profile; `prepare` sets the server up first. */
  open(path: string, options?: OpenOptions & { signedIn?: boolean; prepare?: (api: FakeApi) => void }): Promise<Page>;
}

export function consoleBench(): Bench {
  let chat = "";
  beforeAll(async () => {
    if (!skipBrowser) chat = await builtPage(join(import.meta.dirname, "../../chat-page"));
  }, 120_000);
  const bench = pageBench(join(import.meta.dirname, ".."), (dist) => startFakeApi(dist, chat));
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

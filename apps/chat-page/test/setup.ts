import { join } from "node:path";
import type { OpenOptions } from "@parley/web-kit/testing";
import { type Bench as PageBench, screenshotsIn, useBench as usePageBench } from "@parley/web-kit/testing";
import type { Page } from "playwright-core";
import { type FakeApi, startFakeApi } from "./fake-api.js";

export { axeFindings, cutOffTexts, type OpenOptions, sidewaysOverflow, skipBrowser } from "@parley/web-kit/testing";

export const screenshot = screenshotsIn("chat-page");

export interface Bench extends Omit<PageBench<FakeApi>, "open"> {
  /** Opens the link in a new browser profile; `prepare` sets the server up first. */
  open(
    options?: OpenOptions,
    prepare?: (api: FakeApi) => void,
    beforeLoad?: (page: Page) => Promise<void>,
  ): Promise<Page>;
}

export function useBench(): Bench {
  const bench = usePageBench(join(import.meta.dirname, ".."), startFakeApi);
  return {
    ...bench,
    open: (options = {}, prepare, beforeLoad) =>
      bench.open({ address: ({ pageUrl }) => pageUrl, options, prepare, ...(beforeLoad && { beforeLoad }) }),
  };
}

import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, expect } from "vitest";
import { builtPage, type OpenOptions, sharedBrowser, type Visitor } from "./browser.js";
import { findChromium } from "./find-chromium.js";
import { violations } from "./page-server.js";
import { type Borrowed, borrowProfile } from "./profiles.js";

const chromiumPath = findChromium();
/** Without a browser these suites fail, unless the run asked for leniency about missing programs. */
export const skipBrowser = chromiumPath === null && process.env.PARLEY_TEST_STRICT === "0";

interface FakeServer {
  close(): Promise<void>;
}

export interface Bench<Api> {
  /** The server of the current test, of its latest page. */
  api(): Api;
  /** Folder of the built page. */
  dist(): string;
  /** The browser profile of the current test, of its latest page. */
  visitor(): Visitor;
  /** Opens the address in an empty browser profile; `prepare` sets the server up first, `beforeLoad` the page. */
  open(at: {
    address(api: Api): string;
    options?: OpenOptions;
    prepare?: ((api: Api) => void) | undefined;
    beforeLoad?: (page: Page) => Promise<void>;
  }): Promise<Page>;
}

/**
 * Uses the browser of the process; each test gets a server of its own and an empty browser profile. After a test
 * the browser's console must be free of errors, and every answer of the fake as docs/openapi.json says.
 */
export function useBench<Api extends FakeServer>(
  packageFolder: string,
  start: (dist: string) => Promise<Api>,
): Bench<Api> {
  let browser: Browser | null = null;
  let dist = "";
  const opened: { api: Api; profile: Borrowed }[] = [];

  beforeAll(async () => {
    if (skipBrowser) return;
    dist = await builtPage(packageFolder);
    browser = await sharedBrowser();
  }, 120_000);
  afterEach(async () => {
    const trouble: string[] = [];
    for (const { api, profile } of opened.splice(0)) {
      trouble.push(...profile.visitor.trouble);
      await profile.giveBack();
      await api.close();
    }
    expect(trouble).toEqual([]);
    expect(violations.splice(0), "answers of the fake that the product would not give").toEqual([]);
  });
  const current = () => {
    const latest = opened.at(-1);
    if (latest === undefined) throw new Error("call open() first");
    return latest;
  };
  return {
    api: () => current().api,
    dist: () => dist,
    visitor: () => current().profile.visitor,
    open: async ({ address, options = {}, prepare, beforeLoad }) => {
      if (browser === null) throw new Error("no browser: is this within a test?");
      const api = await start(dist);
      prepare?.(api);
      const url = address(api);
      const profile = await borrowProfile(browser, new URL(url).origin, options);
      opened.push({ api, profile });
      const { page } = profile.visitor;
      await beforeLoad?.(page);
      await page.goto(url);
      return page;
    },
  };
}

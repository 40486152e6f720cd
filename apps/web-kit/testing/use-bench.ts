import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { builtPage, closeProfiles, newVisitor, type OpenOptions, sharedBrowser, type Visitor } from "./browser.js";
import { findChromium } from "./find-chromium.js";
import { violations } from "./page-server.js";

const chromiumPath = findChromium();
/** Without a browser these suites fail, unless the run asked for leniency about missing programs. */
export const skipBrowser = chromiumPath === null && process.env.PARLEY_TEST_STRICT === "0";

interface FakeServer {
  close(): Promise<void>;
}

export interface Bench<Api> {
  /** The server of the current test. */
  api(): Api;
  /** Folder of the built page. */
  dist(): string;
  /** The browser profile of the current test. */
  visitor(): Visitor;
  /** Opens the address in a new browser profile; `prepare` sets the server up first, `beforeLoad` the page. */
  open(at: {
    address(api: Api): string;
    options?: OpenOptions;
    prepare?: ((api: Api) => void) | undefined;
    beforeLoad?: (page: Page) => Promise<void>;
  }): Promise<Page>;
}

/**
 * Uses the browser of the process; each test gets a server and a browser profile of its own. After a test
 * the browser's console must be free of errors, and every answer of the fake as docs/openapi.json says.
 */
export function useBench<Api extends FakeServer>(
  packageFolder: string,
  start: (dist: string) => Promise<Api>,
): Bench<Api> {
  let browser: Browser | null = null;
  let dist = "";
  let api: Api | null = null;
  let visitor: Visitor | null = null;

  beforeAll(async () => {
    if (skipBrowser) return;
    dist = await builtPage(packageFolder);
    browser = await sharedBrowser();
  }, 120_000);
  afterAll(() => closeProfiles(browser));
  afterEach(async () => {
    const trouble = visitor?.trouble ?? [];
    await visitor?.context.close();
    await api?.close();
    visitor = null;
    api = null;
    expect(trouble).toEqual([]);
    expect(violations.splice(0), "answers of the fake that the product would not give").toEqual([]);
  });
  const current = <T>(value: T | null): T => {
    if (value === null) throw new Error("call open() first");
    return value;
  };
  return {
    api: () => current(api),
    dist: () => dist,
    visitor: () => current(visitor),
    open: async ({ address, options = {}, prepare, beforeLoad }) => {
      api = await start(dist);
      prepare?.(api);
      const url = address(api);
      visitor = await newVisitor(current(browser), new URL(url).origin, options);
      await beforeLoad?.(visitor.page);
      await visitor.page.goto(url);
      return visitor.page;
    },
  };
}

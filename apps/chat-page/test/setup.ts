import { rm } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { buildPage, findChromium, launchBrowser, newVisitor, type OpenOptions, type Visitor } from "./browser.js";
import { type FakeApi, startFakeApi } from "./fake-api.js";

const chromiumPath = findChromium();
/** Without a browser these suites fail, unless the run asked for leniency about missing programs. */
export const skipBrowser = chromiumPath === null && process.env.PARLEY_TEST_STRICT === "0";

export interface Bench {
  api(): FakeApi;
  dist(): string;
  /** Opens the link in a fresh browser profile; `prepare` sets the server up first. */
  open(options?: OpenOptions, prepare?: (api: FakeApi) => void): Promise<Page>;
  /** A page of this test whose console errors do not count. */
  visitor(): Visitor;
}

/** One browser per file; per test an own server and profile. Afterwards nobody may have found errors in the console. */
export function useBench(): Bench {
  let browser: Browser | undefined;
  let dist = "";
  let api: FakeApi | null = null;
  let visitor: Visitor | null = null;

  beforeAll(async () => {
    if (skipBrowser) return;
    if (!chromiumPath) throw new Error("no Chromium found; install the package chromium or set CHROMIUM_PATH");
    dist = await buildPage();
    browser = await launchBrowser(chromiumPath);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    if (dist) await rm(dist, { recursive: true, force: true });
  });
  afterEach(async () => {
    const trouble = visitor?.trouble ?? [];
    await visitor?.context.close();
    await api?.close();
    visitor = null;
    api = null;
    expect(trouble).toEqual([]);
  });
  const current = <T>(value: T | null): T => {
    if (value === null) throw new Error("call open() first");
    return value;
  };
  return {
    api: () => current(api),
    dist: () => dist,
    visitor: () => current(visitor),
    open: async (options = {}, prepare) => {
      api = await startFakeApi(dist);
      prepare?.(api);
      visitor = await newVisitor(current(browser ?? null), api.url, options);
      await visitor.page.goto(api.pageUrl);
      return visitor.page;
    },
  };
}

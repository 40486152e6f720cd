import { rmSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { buildPage, findChromium, launchBrowser, newVisitor, type OpenOptions, type Visitor } from "./browser.js";
import { type FakeApi, startFakeApi, TOKEN } from "./fake-api.js";

const chromiumPath = findChromium();
/** Without a browser these suites fail, unless the run asked for leniency about missing programs. */
export const skipBrowser = chromiumPath === null && process.env.PARLEY_TEST_STRICT === "0";

export interface Bench {
  api(): FakeApi;
  dist(): string;
  /** Opens an address of the console in a fresh browser profile; `prepare` sets the server up first. */
  open(path: string, options?: OpenOptions & { signedIn?: boolean; prepare?: (api: FakeApi) => void }): Promise<Page>;
}

/** One browser per file; per test an own server and profile. Afterwards nobody may have found errors in the console. */
export function useBench(): Bench {
  let browser: Browser;
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
    if (dist) rmSync(dist, { recursive: true, force: true });
  });
  afterEach(async () => {
    const trouble = visitor?.trouble ?? [];
    await visitor?.context.close();
    await api?.close();
    visitor = null;
    api = null;
    expect(trouble).toEqual([]);
  });
  return {
    api: () => {
      if (api === null) throw new Error("call open() first");
      return api;
    },
    dist: () => dist,
    open: async (path, { signedIn = true, prepare, ...options } = {}) => {
      api = await startFakeApi(dist);
      prepare?.(api);
      visitor = await newVisitor(browser, api.url, options);
      const { page } = visitor;
      if (signedIn) await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${TOKEN}")`);
      await page.goto(api.url + path);
      return page;
    },
  };
}

import { join } from "node:path";
import {
  axeFindings,
  builtPage,
  cutOffTexts,
  inEachLook,
  type OpenOptions,
  type Bench as PageBench,
  useBench as pageBench,
  screenshotsIn,
  sidewaysOverflow,
  skipBrowser,
} from "@parley/web-kit/testing";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { beforeAll, expect } from "vitest";
import { startFakeApi, TOKEN } from "./fake-api.js";
import type { FakeApi } from "./fake-contract.js";

export { axeFindings, choose, sidewaysOverflow, skipBrowser } from "@parley/web-kit/testing";

export const screenshot = screenshotsIn("console");

/**
 * Expects the page as it stands to be accessible, to need no sideways scrolling and to cut no text off, wide and light, then narrow and
 * dark, and takes a picture of each. `shown` is waited for in each look; `isExempt` leaves findings out.
 */
export async function expectGoodLooks(
  page: Page,
  name: string,
  { shown, isExempt = () => false }: { shown?: Locator; isExempt?: (finding: string) => boolean } = {},
): Promise<void> {
  await inEachLook(page, async (look) => {
    await shown?.waitFor();
    await screenshot(page, `${name}-${look}`);
    const findings = await axeFindings(page);
    expect(
      findings.filter((finding) => !isExempt(finding)),
      look,
    ).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page), { message: look }).toBe(0);
    await expect.poll(() => cutOffTexts(page), { message: look }).toEqual([]);
  });
}

/** The chat page in the form of a link. */
export const previewOf = (page: Page): FrameLocator => page.frameLocator("iframe[title='Preview of the chat page']");

export interface Bench extends Omit<PageBench<FakeApi>, "open"> {
  /** Opens a path of the console in a new browser profile; `prepare` sets the server up first, `beforeLoad` the page. */
  open(
    path: string,
    options?: OpenOptions & {
      signedIn?: boolean;
      prepare?: (api: FakeApi) => void;
      beforeLoad?: (page: Page) => Promise<unknown>;
    },
  ): Promise<Page>;
}

export function consoleBench(): Bench {
  let chat = "";
  beforeAll(async () => {
    if (!skipBrowser) chat = await builtPage(join(import.meta.dirname, "../../chat-page"));
  }, 120_000);
  const bench = pageBench(join(import.meta.dirname, ".."), (dist) => startFakeApi(dist, chat));
  return {
    ...bench,
    open: (path, { signedIn = true, prepare, beforeLoad, ...options } = {}) =>
      bench.open({
        address: ({ url }) => url + path,
        options,
        prepare,
        beforeLoad: async (page) => {
          if (signedIn) await page.addInitScript(`sessionStorage.setItem("parley-console-token", "${TOKEN}")`);
          await beforeLoad?.(page);
        },
      }),
  };
}

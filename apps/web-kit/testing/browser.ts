import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Locator,
  type Page,
} from "playwright-core";
import { build } from "vite";
import { findChromium } from "./find-chromium.js";

const ARTIFACTS = join(import.meta.dirname, "../../../test-artifacts");

const BUILD_MS = 120_000;

/**
 * The page as it is shipped, from its sources and not from `dist`, which may be stale. Built once in a run, by the first suite that
 * asks for it. Answers the folder.
 */
export async function builtPage(packageFolder: string): Promise<string> {
  const outDir = join(
    process.env.PARLEY_TEST_FOLDER ?? mkdtempSync(join(tmpdir(), "parley-page-")),
    basename(packageFolder),
  );
  const done = `${outDir}.built`;
  try {
    mkdirSync(outDir);
  } catch {
    for (const deadline = Date.now() + BUILD_MS; !existsSync(done); await delay(100)) {
      if (Date.now() > deadline) throw new Error(`another suite has not built ${outDir} within ${BUILD_MS} ms`);
    }
    return outDir;
  }
  await buildPage(packageFolder, outDir);
  writeFileSync(done, "");
  return outDir;
}

async function buildPage(packageFolder: string, outDir: string): Promise<void> {
  // The test runner's own NODE_ENV would make a build for development, which is larger than what visitors load.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    await build({ root: packageFolder, logLevel: "error", build: { outDir, emptyOutDir: true } });
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
}

/** A browser without a window. Throws when this machine has none. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium found; install the package chromium or set CHROMIUM_PATH");
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  // Pages of one profile and site share a process, which keeps the compiled code of the page before: see profiles.ts.
  const shared = "--renderer-process-limit=1";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", shared, ...quiet] });
}

let ofThisProcess: Promise<Browser> | null = null;

/**
 * The browser that all suites of this process use one after the other, with profiles that they close or give back. It ends with
 * the process.
 */
export async function sharedBrowser(): Promise<Browser> {
  const running = await ofThisProcess?.catch(() => null);
  if (!running?.isConnected()) ofThisProcess = launchBrowser();
  return ofThisProcess as Promise<Browser>;
}

/** Closes every profile of the browser. */
export async function closeProfiles(browser: Browser | null | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

export interface OpenOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  locale?: string;
  /** IANA; default UTC. */
  timeZone?: string;
  reducedMotion?: boolean;
  /** False = scripts of the page do not run. */
  javaScript?: boolean;
  /** JavaScript that runs in each document before the page's own scripts. */
  initScript?: string;
  /** Origins besides the page's own that may be asked. */
  otherOrigins?: readonly string[];
}

/** A visitor: a browser profile with one page. `trouble` collects console errors and requests to other hosts. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  trouble: string[];
}

/** In a browser profile that nobody used before; whoever asks for it closes the context. */
export async function newVisitor(browser: Browser, origin: string, options: OpenOptions = {}): Promise<Visitor> {
  const context = await browser.newContext(profileOptions(options));
  if (options.initScript !== undefined) await context.addInitScript(options.initScript);
  return { context, ...(await newPage(context, origin, options)) };
}

/** What a profile is made with: the rest of the options belongs to its pages. */
export const profileOptions = (options: OpenOptions): BrowserContextOptions => ({
  ...(options.timeZone === undefined ? {} : { timezoneId: options.timeZone }),
  viewport: { width: options.width ?? 1100, height: options.height ?? 800 },
  colorScheme: options.dark ? "dark" : "light",
  locale: options.locale ?? "en-GB",
  reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
  javaScriptEnabled: options.javaScript ?? true,
  permissions: ["clipboard-read", "clipboard-write"],
});

/** A page of the profile, and what goes wrong on it. */
export async function newPage(
  context: BrowserContext,
  origin: string,
  { otherOrigins = [] }: Pick<OpenOptions, "otherOrigins">,
): Promise<Omit<Visitor, "context">> {
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => {
    // Broken and refused requests are what many tests are about; the browser reports each as an error.
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text()))
      trouble.push(message.text());
  });
  page.on("request", (request) => {
    const expected = [origin, "data:", "blob:", ...otherOrigins];
    if (!expected.some((start) => request.url().startsWith(start))) trouble.push(`request to ${request.url()}`);
  });
  return { page, trouble };
}

/**
 * Writes screenshots for people to look at into a folder of `test-artifacts` when `SCREENSHOTS` is `window` (what is in view) or `page`
 * (all of it). One takes a third of a second on a busy machine, so other runs take none.
 */
export const screenshotsIn =
  (folder: string) =>
  async (page: Page, name: string): Promise<void> => {
    const { SCREENSHOTS = "" } = process.env;
    if (SCREENSHOTS === "") return;
    const picture = { path: join(ARTIFACTS, folder, `${name}.png`), fullPage: SCREENSHOTS === "page" };
    // A browser under load may have no frame to give at this moment.
    await page.screenshot(picture).catch(() => page.screenshot(picture));
  };

/** A wide window in light colours, then one of a phone in dark colours. */
const LOOKS = [
  { name: "wide-light", width: 1280, height: 860, colorScheme: "light" },
  { name: "narrow-dark", width: 360, height: 720, colorScheme: "dark" },
] as const;

/** Shows a loaded page in each look, so that one load serves them all. The page starts at its top. */
export async function inEachLook(page: Page, check: (look: string) => Promise<void>): Promise<void> {
  for (const { name, width, height, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    // After scrolling, what lies half below a fixed bar would be a finding.
    await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })");
    await check(name);
  }
}

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/**
 * Accessibility findings of the page as it stands, one line each. Injected past the page's own script policy. What is found only once
 * was in motion, such as a notice on its way out.
 */
export async function axeFindings(page: Page | Frame): Promise<string[]> {
  const first = await findingsNow(page);
  if (first.length === 0) return [];
  await page.waitForTimeout(500);
  const second = await findingsNow(page);
  return second.filter((finding) => first.includes(finding));
}

async function findingsNow(page: Page | Frame): Promise<string[]> {
  // Half a megabyte takes longer to hand over than to use.
  if (await page.evaluate("!('axe' in window)")) await page.evaluate(await readFile(axePath, "utf8"));
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  // All rules run; only what they find wrong is described in full.
  const options = { runOnly, resultTypes: ["violations"] };
  const result: AxeResult = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  return result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`),
  );
}

/** How far the page can be scrolled sideways; 0 is right. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Takes an option of a select of the console's kit. */
export async function choose(within: Page | Locator, label: string, option: string): Promise<void> {
  await within.getByRole("combobox", { name: label, exact: true }).click();
  const page = "page" in within ? within.page() : within;
  await page.getByRole("option", { name: option, exact: true }).click();
}

import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { findChromium } from "./find-chromium.js";

const ARTIFACTS = join(import.meta.dirname, "../../../test-artifacts");

/** The page as it is shipped, built into a folder of its own: suites run side by side and others may serve `dist`. */
export async function buildPage(packageFolder: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), `parley-${basename(packageFolder)}-`));
  // The test runner's own NODE_ENV would make a build for development, which is larger than what visitors load.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    await build({ root: packageFolder, logLevel: "error", build: { outDir, emptyOutDir: true } });
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
  return outDir;
}

/** A browser without a window. Throws when this machine has none. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium found; install the package chromium or set CHROMIUM_PATH");
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", ...quiet] });
}

export interface OpenOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  locale?: string;
  reducedMotion?: boolean;
  /** False = scripts of the page do not run. */
  javaScript?: boolean;
}

/** A visitor: a browser profile of its own with one page. `trouble` collects console errors and requests to other hosts. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  trouble: string[];
}

export async function newVisitor(browser: Browser, origin: string, options: OpenOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1100, height: options.height ?? 800 },
    colorScheme: options.dark ? "dark" : "light",
    locale: options.locale ?? "en-GB",
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    javaScriptEnabled: options.javaScript ?? true,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => {
    // Broken and refused requests are what many tests are about; the browser reports each as an error.
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text()))
      trouble.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      trouble.push(`request to ${request.url()}`);
  });
  return { context, page, trouble };
}

/**
 * Writes screenshots into a folder of `test-artifacts`: what the window shows, or with `SCREENSHOT_WHOLE=1` the whole page, for looking
 * at long forms.
 */
export const screenshotsIn =
  (folder: string) =>
  async (page: Page, name: string): Promise<void> => {
    await page.screenshot({
      path: join(ARTIFACTS, folder, `${name}.png`),
      fullPage: process.env.SCREENSHOT_WHOLE === "1",
    });
  };

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Accessibility findings of the page as it stands, one line each. Injected past the page's own script policy. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axePath, "utf8"));
  const options = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const result: AxeResult = await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`);
  return result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`),
  );
}

/** How far the page can be scrolled sideways; 0 is right. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), "..");
const artifacts = join(packageFolder, "..", "..", "test-artifacts", "console");
const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];

/** The page as it is shipped, built into a folder of its own: suites run side by side and others may serve `dist`. */
export async function buildPage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "parley-console-"));
  await build({ root: packageFolder, logLevel: "error", build: { outDir, emptyOutDir: true } });
  return outDir;
}

export function findChromium(): string | null {
  const named = process.env.CHROMIUM_PATH;
  if (named && existsSync(named)) return named;
  for (const name of PROGRAMS) {
    try {
      return execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      // The next name may be the one of this system.
    }
  }
  return null;
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
  return chromium.launch({ executablePath, args });
}

export interface OpenOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  locale?: string;
  reducedMotion?: boolean;
}

/** A visitor: an own browser profile with one page. `trouble` gathers console errors and requests to other hosts. */
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

/** What the window shows; with `SCREENSHOT_WHOLE=1` the whole page, for looking at long forms. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: process.env.SCREENSHOT_WHOLE === "1" });
}

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Accessibility findings of the page as it stands, one line each. Injected past the page's own script policy. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
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

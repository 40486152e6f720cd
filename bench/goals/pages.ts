import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import type { Figure } from "../measure/report.js";
import { ROOT } from "../stack/process.js";
import type { Bench, Goal } from "./context.js";

const WELCOME = "Welcome to the bench";
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const SLOWDOWN = 4;

function scriptKilobytes(folder: string): number {
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1_024;
}

/** G12: what a visitor's browser has to load, and when the first words are there. */
export const pages: Goal = {
  id: "G12",
  title: "pages",
  async measure(bench) {
    const assets = join(ROOT, "apps/chat-page/dist/assets");
    const page: Figure = { goal: "G12", what: "chat page, JavaScript gzipped", unit: "kB", values: [], gate: 60 };
    if (existsSync(assets)) page.values.push(scriptKilobytes(assets));
    else page.note = "not built";
    const widget: Figure = {
      goal: "G12",
      what: "widget loader",
      unit: "kB",
      values: [],
      gate: 8,
      note: "there is no widget yet",
    };
    return [page, widget, await firstMessage(bench)];
  },
};

async function firstMessage({ options, product, tenant, report }: Bench): Promise<Figure> {
  const figure: Figure = {
    goal: "G12",
    what: `first message visible, CPU ${SLOWDOWN} × slower`,
    unit: "ms",
    values: [],
    gate: 500,
    stretch: 300,
  };
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) return { ...figure, note: "no Chromium on this machine" };
  const token = await tenant.makeLink({ welcome_message: WELCOME });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      const context = await browser.newContext({ bypassCSP: true }); // The page forbids eval, which the measuring needs.;
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
      await page.goto(`${product.base}/public/chat/${token}`, { waitUntil: "commit" });
      // Milliseconds since the navigation began, by the page's own clock.
      const seen = `document.body?.innerText.includes(${JSON.stringify(WELCOME)}) && performance.now()`;
      const handle = await page.waitForFunction(seen, undefined, { polling: "raf", timeout: 20_000 });
      figure.values.push(Number(await handle.jsonValue()));
      await context.close();
    }
  } finally {
    await browser.close();
  }
  report(`  first message after ${figure.values.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  return figure;
}

/** G8 is not measured here: kills belong to the chaos suite. */
export const faults: Goal = {
  id: "G8",
  title: "random kills",
  measure: async () => [
    {
      goal: "G8",
      what: "kill -9 at random: lost, duplicated, wrong, unanswered",
      unit: "",
      values: [],
      note: "npm run test:full",
    },
  ],
};

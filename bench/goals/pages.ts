import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findChromium } from "@parley/web-kit/testing";
import { type BrowserContext, chromium } from "playwright-core";
import type { Figure } from "../measure/report.js";
import { ROOT } from "../stack/process.js";
import type { Bench, Goal } from "./context.js";

const WELCOME = "Welcome to the bench";
const SLOWDOWN = 4;

/** G12: what a browser has to load, and when there is something to read. */
export const pages: Goal = {
  id: "G12",
  title: "pages",
  async measure(bench) {
    const { ownerToken, makeLink } = bench.tenant;
    const link = await makeLink({ welcome_message: WELCOME });
    return [
      sizeOf("chat page, its first scripts gzipped", 45, firstScripts("apps/chat-page/dist")),
      sizeOf("widget loader, gzipped", 8, ["apps/widget/dist/widget.js"]),
      await firstSeen(bench, {
        ...{ what: "first message visible", path: `/public/chat/${link}`, words: WELCOME, gate: 500, stretch: 300 },
      }),
      await firstSeen(bench, {
        ...{ what: "overview of the console", path: "/console/", words: "Waiting for a person", gate: 1_500 },
        prepare: (context) =>
          context.addInitScript(`sessionStorage.setItem("parley-console-token", ${JSON.stringify(ownerToken)})`),
      }),
    ];
  },
};

/** What the document loads before anything stands on the page. */
function firstScripts(folder: string): string[] {
  const html = readFileSync(join(ROOT, folder, "index.html"), "utf8");
  return [...html.matchAll(/(?:src|href)="[^"]*\/(assets\/[^"/]+\.js)"/g)].map(([, file]) => `${folder}/${file}`);
}

function sizeOf(what: string, gate: number, files: string[]): Figure {
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(ROOT, file))).length, 0);
  return { goal: "G12", what, unit: "kB", values: [bytes / 1_024], gate };
}

interface FirstSeen {
  what: string;
  path: string;
  /** What stands on the page when it can be used. */
  words: string;
  gate: number;
  stretch?: number;
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** Milliseconds from the beginning of the navigation until the words stand there, in a new browser profile each time. */
async function firstSeen({ options, product, report }: Bench, page: FirstSeen): Promise<Figure> {
  const { what, path, words, gate, stretch, prepare } = page;
  const figure: Figure = {
    ...{ goal: "G12", what: `${what}, CPU ${SLOWDOWN} × slower`, unit: "ms", values: [], gate },
    ...(stretch !== undefined && { stretch }),
  };
  const executablePath = findChromium();
  if (executablePath === null) return { ...figure, note: "no Chromium on this machine" };
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      const context = await browser.newContext({ bypassCSP: true }); // The page forbids eval, which the measuring needs.
      await prepare?.(context);
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
      await page.goto(product.base + path, { waitUntil: "commit" });
      // By the page's own clock.
      const seen = `document.body?.innerText.includes(${JSON.stringify(words)}) && performance.now()`;
      const handle = await page.waitForFunction(seen, undefined, { polling: "raf", timeout: 20_000 });
      figure.values.push(Number(await handle.jsonValue()));
      await context.close();
    }
  } finally {
    await browser.close();
  }
  report(`  ${what} after ${figure.values.map((ms) => ms.toFixed(0)).join(", ")} ms`);
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

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";

/** Ways of vitest to leave a test out, or all others. */
const LEAVES_OUT =
  /\b(?:it|test|describe|suite|context|ctx|task)\s*\.\s*(?:skip|skipIf|runIf|todo|only|fails)\b(?:\((\w+)\))?/g;
/** True only without a browser, in a run that asked for leniency; this file declares it. */
const LENIENT = "skipBrowser";
const LENIENT_SETUP = "apps/web-kit/testing/use-bench.ts";

/** A reading of a page that is judged as it is at this instant: on a slow machine what is expected comes later. */
const READ_ONCE =
  /expect\(\(?await [^;]*?\.(?:all(?:InnerTexts|TextContents)|inner(?:Text|HTML)|textContent|is(?:Visible|Hidden|Enabled|Disabled|Checked)|inputValue|getAttribute|boundingBox)\(/g;

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** What a test file leaves out, or singles out. */
const leftOut = (source: string): string[] =>
  [...source.matchAll(LEAVES_OUT)].flatMap(([call, condition]) => (condition === LENIENT ? [] : [call]));

/** Files of tests, relative to the repository. */
const testFiles = (): string[] =>
  ["apps", "libs", "services", "tools", "tests"].flatMap((area) =>
    readdirSync(join(ROOT, area), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(test|pgvector)\.ts$/.test(file) && !/(^|\/)(node_modules|dist)\//.test(file))
      .map((file) => `${area}/${file}`),
  );

it("no test of the suite is skipped, put off or singled out", () => {
  const files = testFiles();
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => leftOut(read(file)).map((call) => `${file}: ${call}`))).toEqual([]);
});

it("a missing browser is a failure unless the run asked for leniency", () => {
  expect(read(LENIENT_SETUP)).toContain(
    `export const ${LENIENT} = chromiumPath === null && process.env.PARLEY_TEST_STRICT === "0";`,
  );
});

it("a condition under which a test would be left out is found", () => {
  const [skip, only] = ["skip", "only"];
  for (const call of [`it.${skip}If(!isHere)`, `describe.${only}("x")`, `it.${skip}("x")`, `ctx.${skip}()`])
    expect(leftOut(call), call).toHaveLength(1);
  expect(leftOut(`describe.${skip}If(${LENIENT})("x")`)).toEqual([]);
});

it("a test of a page waits for what it expects to read, by `expect.poll`", () => {
  const found = testFiles().flatMap((file) => (read(file).match(READ_ONCE) ?? []).map((call) => `${file}: ${call}`));
  expect(found).toEqual([]);
});

it("a reading that does not wait is found", () => {
  const once = "expect";
  for (const call of [
    `${once}(await page.locator("p").innerText()`,
    `${once}((await own(page).allInnerTexts()).length`,
  ])
    expect(call.match(READ_ONCE), call).toHaveLength(1);
  expect(`await ${once}.poll(() => page.locator("p").innerText())`.match(READ_ONCE)).toBeNull();
});

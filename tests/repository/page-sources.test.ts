import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";

/** Code that runs in browsers, on origins without TLS too. */
const PAGES = ["apps/chat-page/src", "apps/console/src", "apps/widget/src", "apps/web-kit/src", "libs/client/src"];
/** A comment may name it in backquotes. */
const SECURE_ONLY = /\brandomUUID\b(?!`)/;

const sources = (): string[] =>
  PAGES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `${folder}/${file}`),
  );

it("pages make ids by `randomId`: browsers have no `crypto.randomUUID` on origins without TLS", () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => SECURE_ONLY.test(readFileSync(join(ROOT, file), "utf8")))).toEqual([]);
});

it("a call of `crypto.randomUUID` is found, and its name in a comment is not", () => {
  expect("const id = crypto.randomUUID();").toMatch(SECURE_ONLY);
  expect("const { randomUUID } = crypto;").toMatch(SECURE_ONLY);
  expect("built because `crypto.randomUUID` exists only on secure origins").not.toMatch(SECURE_ONLY);
});

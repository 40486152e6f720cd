import { screenshotsIn } from "@parley/web-kit/testing";
import { expect, it } from "vitest";
import { axeFindings, sidewaysOverflow, skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();
const screenshot = screenshotsIn("console-kit");

const PAGES = [
  { path: "/", ready: "canvas" },
  { path: "/forms", ready: "form" },
  { path: "/popups", ready: "h2" },
  { path: "/table", ready: '[role="row"][aria-rowindex="2"]' },
  { path: "/code", ready: ".cm-content" },
];
const SIZES = [
  { name: "wide", width: 1280 },
  { name: "dark", width: 1280, dark: true },
  { name: "360", width: 360 },
];

for (const { path, ready } of PAGES) {
  for (const { name, ...options } of SIZES) {
    it.skipIf(skipBrowser)(`has nothing that axe finds on ${path}, ${name}`, async () => {
      const page = await gallery.open(path, { ...options, height: 1000, reducedMotion: true });
      await page.locator(ready).first().waitFor();
      await screenshot(page, `${path.slice(1) || "parts"}-${name}`);
      expect(await axeFindings(page)).toEqual([]);
      expect(await sidewaysOverflow(page)).toBe(0);
    });
  }
}

import { it } from "vitest";
import { expectGoodLooks, skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();

const PAGES = [
  { path: "/", ready: "canvas" },
  { path: "/forms", ready: "form" },
  { path: "/popups", ready: "h2" },
  { path: "/table", ready: '[role="row"][aria-rowindex="2"]' },
  { path: "/code", ready: ".cm-content" },
];

for (const { path, ready } of PAGES) {
  it.skipIf(skipBrowser)(`has nothing that axe finds on ${path}, wide and light, narrow and dark`, async () => {
    const page = await gallery.open(path, { reducedMotion: true });
    await expectGoodLooks(page, `kit-${path.slice(1) || "parts"}`, { shown: page.locator(ready).first() });
  });
}

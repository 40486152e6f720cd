import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { LOGO, noise } from "./pictures.js";
import { LINK_ID, linkRow } from "./rows.js";
import { axeFindings, consoleBench, previewOf, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const NEW = "/console/links/clinic-desk/new";
const EDIT = `/console/links/clinic-desk/${LINK_ID}/edit`;
const ADDRESS = "https://a.example/logo.png";

const chooser = (page: Page) => page.locator("input[type=file]");
const unfold = (page: Page): Promise<void> => page.getByText("What visitors see", { exact: true }).click();
const sent = (call: string): unknown => {
  const bodies = bench.api().seen.filter((seen) => seen.call === call);
  return bodies.at(-1)?.body.branding;
};
const create = async (page: Page): Promise<{ logo?: string }> => {
  await page.getByRole("button", { name: "Create the link" }).click();
  await page.getByText("Copy the address now").waitFor();
  return sent("POST /agents/:/public-links") as { logo?: string };
};
const sizeOf = (page: Page, url: string): Promise<[number, number]> =>
  page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, url);

describe.skipIf(skipBrowser)("the logo in the form of a link", () => {
  it("is scaled from a file to at most 128 pixels, shown in the preview and sent with the link", async () => {
    const page = await bench.open(NEW);
    await unfold(page);
    await chooser(page).setInputFiles(LOGO);
    const shown = previewOf(page).locator(".header .avatar img");
    await expect.poll(() => shown.evaluate((it) => getComputedStyle(it).objectFit)).toBe("contain");
    const { logo = "" } = await create(page);
    expect(logo).toMatch(/^data:image\/png;base64,/);
    expect(await sizeOf(page, logo)).toEqual([128, 96]);
  });

  it("stays as small as it was", async () => {
    const page = await bench.open(NEW);
    await unfold(page);
    await chooser(page).setInputFiles(noise(20));
    await previewOf(page).locator(".header .avatar img").waitFor();
    const { logo = "" } = await create(page);
    expect(await sizeOf(page, logo)).toEqual([20, 20]);
  });

  it.each([
    { browser: "writes WebP", writes: true, type: "webp" },
    { browser: "cannot write WebP", writes: false, type: "png" },
  ])("fits into 40,000 characters however detailed, where the browser $browser", async ({ writes, type }) => {
    // As browsers do that cannot write a type.
    const beforeLoad = async (page: Page): Promise<void> => {
      if (!writes)
        await page.addInitScript(
          "const write = HTMLCanvasElement.prototype.toDataURL; HTMLCanvasElement.prototype.toDataURL = function () { return write.call(this); };",
        );
    };
    const page = await bench.open(NEW, { beforeLoad });
    await unfold(page);
    await chooser(page).setInputFiles(noise(256));
    await previewOf(page).locator(".header .avatar img").waitFor();
    const { logo = "" } = await create(page);
    expect(logo).toMatch(new RegExp(`^data:image/${type};base64,`));
    expect(logo.length).toBeLessThanOrEqual(40_000);
  });

  it("is refused with an explanation when no size fits, and the previous one stays", async () => {
    const huge = "HTMLCanvasElement.prototype.toDataURL = () => 'data:image/png;base64,' + 'A'.repeat(40_000);";
    const page = await bench.open(NEW, { beforeLoad: (page) => page.addInitScript(huge) });
    await unfold(page);
    await page.getByLabel("Or the address of a logo").fill(ADDRESS);
    await chooser(page).setInputFiles(LOGO);
    await page.getByText("is too detailed").first().waitFor();
    expect(await create(page)).toEqual({ logo: ADDRESS });
  });

  it.each([
    {
      name: "logo.svg",
      mimeType: "image/svg+xml",
      content: "<svg xmlns='http://www.w3.org/2000/svg'/>",
      says: "PNG, JPEG, WebP or GIF",
    },
    {
      name: "logo.png",
      mimeType: "image/png",
      content: "<svg xmlns='http://www.w3.org/2000/svg'/>",
      says: "cannot be read",
    },
  ])("is refused beside its field when it is no picture: $name as $mimeType", async ({ content, says, ...file }) => {
    const page = await bench.open(NEW);
    await unfold(page);
    await chooser(page).setInputFiles({ ...file, buffer: Buffer.from(content) });
    await page.locator("form").getByText(says).last().waitFor();
    await expect.poll(() => previewOf(page).locator(".header .avatar img").count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
    // Another choice takes the finding away.
    await chooser(page).setInputFiles(LOGO);
    await previewOf(page).locator(".header .avatar img").waitFor();
  });

  it("is removed by keyboard, with the focus back at the chooser", async () => {
    const page = await bench.open(EDIT, {
      prepare: (api) => {
        const logo = `data:image/png;base64,${LOGO.buffer.toString("base64")}`;
        api.links = [linkRow({ branding: { name: "Praxis", logo } })];
      },
    });
    await previewOf(page).locator(".header .avatar img").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Remove the logo" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Choose a logo");
    await expect.poll(() => previewOf(page).locator(".header .avatar").innerText()).toBe("P");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => sent("PUT /agents/:/public-links/:")).toEqual({ name: "Praxis" });
  });

  it("is kept when it was given as a URL, and can be changed", async () => {
    const page = await bench.open(EDIT, {
      prepare: (api) => {
        api.links = [linkRow({ branding: { logo: ADDRESS } })];
      },
    });
    await page.getByLabel("Name on the page").fill("Praxis");
    await expect.poll(() => page.getByLabel("Or the address of a logo").inputValue()).toBe(ADDRESS);
    await expect.poll(() => previewOf(page).locator(".header .avatar img").count()).toBe(0);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(() => sent("PUT /agents/:/public-links/:")).toEqual({ name: "Praxis", logo: ADDRESS });
  });

  it.each([
    { name: "logo-narrow", width: 360 },
    { name: "logo-dark", dark: true },
  ])("has room beside its buttons: $name", async ({ name, ...options }) => {
    const page = await bench.open(NEW, options);
    await unfold(page);
    await chooser(page).setInputFiles(LOGO);
    await page.getByRole("button", { name: "Remove the logo" }).waitFor();
    await previewOf(page).locator(".header .avatar img").waitFor();
    await page.getByText("The logo is in the form.").waitFor({ state: "detached", timeout: 15_000 });
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await page.evaluate("scrollTo(0, 0)");
    expect(await axeFindings(page)).toEqual([]);
    await chooser(page).evaluate((it) => it.scrollIntoView());
    await screenshot(page, name);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { TEXTS } from "../src/attachments/texts.js";
import { LOADERS } from "../src/i18n/languages.js";
import type { FakeApi } from "./fake-api.js";
import { DOT } from "./fake-files.js";
import { axeFindings, type OpenOptions, screenshot, sidewaysOverflow, skipBrowser, useBench } from "./setup.js";
import { field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();

const open = async (options: OpenOptions = {}, prepare?: (api: FakeApi) => void): Promise<Page> => {
  const page = await bench.open(options, (api) => {
    api.link.features = { files: true };
    api.link.files = { types: ["text/plain", "image/*"], max_bytes: 5_000, max_count: 3 };
    prepare?.(api);
  });
  await field(page).waitFor();
  await page.locator("button.attach").waitFor();
  return page;
};
const note = (name: string, size = 12) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(size, "a") });
const choose = (page: Page, ...files: ReturnType<typeof note>[]): Promise<void> =>
  page.locator("input[type=file]").setInputFiles(files);
const tray = (page: Page): Locator => page.locator(".tray li");
const send = (page: Page): Locator => page.locator("button.send");

describe("the texts of attachments", () => {
  it("exist in every language of the page, with the same placeholders", () => {
    expect(Object.keys(TEXTS).sort()).toEqual(["en", ...Object.keys(LOADERS)].sort());
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const texts of Object.values(TEXTS)) {
      for (const [name, text] of Object.entries(TEXTS.en)) {
        const own = Object.entries(texts).find(([key]) => key === name)?.[1] ?? "";
        expect([name, places(own)]).toEqual([name, places(text)]);
        expect(own.trim()).not.toBe("");
      }
    }
  });
});

describe.skipIf(skipBrowser)("attachments", () => {
  it("are not fetched where the link takes no files", async () => {
    const page = await bench.open();
    await field(page).waitFor();
    const asked: string[] = await page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)");
    expect(asked.filter((name) => name.includes("attachments"))).toEqual([]);
    await expect.poll(() => page.locator("button.attach").count()).toBe(0);
    const scripts = readdirSync(join(bench.dist(), "assets")).filter((file) => /^attachments-.*\.js$/.test(file));
    expect(scripts).toHaveLength(1);
    expect(readFileSync(join(bench.dist(), "assets", scripts[0] ?? ""), "utf8")).toContain("Attach files");
  });

  it("are uploaded when chosen and sent with the message, which shows them as downloads, even after a reload", async () => {
    const page = await open();
    await choose(page, note("report.txt", 1_200), note("b.txt"));
    await expect
      .poll(() => tray(page).allInnerTexts())
      .toEqual([expect.stringMatching(/report\.txt[\s\S]*Ready/), expect.stringMatching(/b\.txt[\s\S]*Ready/)]);
    await expect.poll(() => page.getByRole("status").allInnerTexts()).toContain("b.txt is ready to be sent.");
    await say(page, "Please read");
    const turn = await nextTurn(await sessionOf(bench));
    expect(turn.text).toBe("Please read");
    await expect.poll(() => tray(page).count()).toBe(0);
    const links = page.locator(".message.own .files a");
    await expect
      .poll(() => links.allInnerTexts())
      .toEqual([expect.stringMatching(/report\.txt\s+1 kB/), expect.stringMatching(/b\.txt\s+12 bytes/)]);
    const [download] = await Promise.all([page.waitForEvent("download"), links.first().click()]);
    expect(download.suggestedFilename()).toBe("report.txt");
    await page.reload();
    await expect.poll(() => links.count()).toBe(2);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Please read"]);
  });

  it("show images as thumbnails, before they are sent and in the message", async () => {
    // What still fades in has no contrast yet.
    const page = await open({ width: 360, reducedMotion: true });
    const picture = { name: "dot.png", mimeType: "image/png", buffer: DOT };
    await choose(page, picture, note("a.txt"));
    await expect.poll(() => tray(page).locator("canvas.preview").count()).toBe(1);
    await expect.poll(() => tray(page).first().innerText()).toContain("Ready");
    await expect.poll(() => tray(page).last().innerText()).toContain("Ready");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "attachments-preview");
    await say(page, "Look");
    const image = page.locator(".message.own .thumbnail");
    await expect.poll(() => image.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth)).toBe(1);
    await expect.poll(() => image.count()).toBe(1);
    expect(await axeFindings(page)).toEqual([]);
  });

  it("delay the message while they are uploading, and say that a message is needed", async () => {
    let release = (): void => undefined;
    const page = await open({}, (api) => {
      api.files.hold = new Promise((resolve) => {
        release = resolve;
      });
    });
    await field(page).fill("Ready soon");
    await choose(page, note("slow.txt"));
    await expect.poll(() => tray(page).locator("progress").count()).toBe(1);
    await expect.poll(() => send(page).isDisabled()).toBe(true);
    await field(page).press("Enter");
    release();
    await expect.poll(() => send(page).isDisabled()).toBe(false);
    expect(bench.api().posts).toHaveLength(0);
    await field(page).fill("");
    await expect.poll(() => page.locator(".tray-note").innerText()).toBe("Write a message to go with the files.");
    await expect.poll(() => send(page).isDisabled()).toBe(true);
  });

  it("can be removed before they are sent, by keyboard, also on the server", async () => {
    const page = await open();
    await choose(page, note("a.txt"), note("b.txt"));
    await expect.poll(() => page.locator(".tray li.ready").count()).toBe(2);
    await page.getByRole("button", { name: "Remove a.txt" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => bench.api().files.removed).toEqual(["file-1"]);
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement?.ariaLabel ?? document.activeElement?.id ?? ''");
    await expect.poll(focused).toBe("Remove b.txt");
    await page.keyboard.press("Enter");
    await expect.poll(() => tray(page).count()).toBe(0);
    await expect.poll(focused).toBe("compose");
  });

  it("are laid out correctly from right to left too: name at the start, the remove button beside the error", async () => {
    const page = await open({ width: 360, locale: "ar-EG" }, (api) => {
      api.files.problems = [{ status: 415, code: "unsupported_media_type" }];
    });
    await choose(page, note("odd.txt"));
    const row = page.locator(".tray li.failed");
    await row.waitFor();
    const box = (selector: string) =>
      row.locator(selector).evaluate((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom };
      });
    const [name, state, remove] = [await box(".file-name bdi"), await box(".file-state"), await box(".remove")];
    const frame = await row.evaluate((element) => element.getBoundingClientRect().right);
    expect(frame - name.right).toBeGreaterThan(10);
    expect(frame - name.right).toBeLessThan(25);
    expect(remove.right).toBeLessThanOrEqual(Math.min(name.left, state.left));
    expect(remove.top).toBeGreaterThanOrEqual(name.top - 10);
    expect(remove.bottom).toBeLessThanOrEqual(state.bottom + 10);
  });

  it("say what is wrong with a file: too large and too many without an upload, the wrong type from the server", async () => {
    const page = await open({}, (api) => {
      api.files.problems = [{ status: 415, code: "unsupported_media_type" }];
    });
    await choose(page, note("odd.txt"));
    await expect.poll(() => tray(page).innerText()).toContain("This kind of file isn’t allowed here.");
    await choose(page, note("big.txt", 5_001));
    await expect.poll(() => tray(page).last().innerText()).toContain("Too large; up to 5 kB are allowed.");
    await choose(page, note("1.txt"), note("2.txt"), note("3.txt"), note("4.txt"));
    await expect.poll(() => page.locator(".tray li.ready").count()).toBe(3);
    await expect.poll(() => tray(page).last().innerText()).toContain("Too many files; this conversation takes 3.");
    expect(bench.api().files.keys).toHaveLength(4);
    await say(page, "Only the good ones");
    await expect.poll(() => page.locator(".message.own .files a").count()).toBe(3);
  });

  it("wait for the connection, and retry an upload whose answer was lost under the same key", async () => {
    const page = await open({}, (api) => {
      api.files.loseNextAnswer = true;
    });
    await bench.visitor().context.setOffline(true);
    await choose(page, note("later.txt"));
    await expect.poll(() => tray(page).innerText()).toContain("Waits for the connection");
    expect(bench.api().files.keys).toHaveLength(0);
    await bench.visitor().context.setOffline(false);
    await expect.poll(() => tray(page).innerText(), { timeout: 15_000 }).toContain("Ready");
    const { keys, stored } = bench.api().files;
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(stored).toHaveLength(1);
  });

  it("can be pasted and dropped onto the page", async () => {
    const page = await open();
    const script = (make: string): string => `(() => {
      const data = new DataTransfer();
      data.items.add(new File(["hello"], "given.txt", { type: "text/plain" }));
      document.body.dispatchEvent(${make});
    })()`;
    await page.evaluate(
      script(`new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })`),
    );
    await expect.poll(() => page.locator(".tray li.ready").count()).toBe(1);
    await page.evaluate(script(`new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true })`));
    await expect.poll(() => page.locator(".drop-here").innerText()).toBe("Drop the files here");
    await page.evaluate(script(`new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })`));
    await expect.poll(() => page.locator(".tray li.ready").count()).toBe(2);
    await expect.poll(() => page.locator(".drop-here").count()).toBe(0);
  });

  it.each([
    { name: "narrow", options: { width: 360, height: 640, reducedMotion: true }, locale: null },
    { name: "dark", options: { dark: true, reducedMotion: true }, locale: null },
    { name: "arabic", options: { width: 360, height: 640, reducedMotion: true }, locale: "ar" },
  ])("can be used without a mouse and without barriers: $name", async ({ name, options, locale }) => {
    const page = await open(options, (api) => {
      if (locale !== null) api.link.branding = { colour: "#0f6b60", locale };
    });
    await choose(page, note(`${"a-very-long-name-".repeat(6)}.txt`), note("big.txt", 5_001));
    await expect.poll(() => tray(page).count()).toBe(2);
    await expect.poll(() => page.locator(".tray li.ready").count()).toBe(1);
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    for (const button of await page.locator(".tray .remove").all()) {
      const box = await button.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= (options.width ?? 1100)).toBe(true);
    }
    await screenshot(page, `attachments-${name}`);
    await say(page, "Here");
    await page.locator(".message.own .files a").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await screenshot(page, `attachments-sent-${name}`);
  });
});

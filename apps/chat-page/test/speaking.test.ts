import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);

describe.skipIf(skipBrowser)("chat page in other languages", () => {
  it("fetches only the language that it uses, before it shows any text", async () => {
    const page = await bench.open({ locale: "he-IL" }, (api) => {
      api.holdLink = true;
    });
    await page.getByText("הצ׳אט נפתח…").waitFor();
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("he");
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe("rtl");
    const scripts = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map((entry) => entry.name.split('/').pop())",
    );
    expect(scripts.filter((file) => /^[a-z]{2}-.*js$/.test(file)).map((file) => file.slice(0, 2))).toEqual(["he"]);
  });

  it("never shows the chat in the language of the browser when the link names another", async () => {
    const initScript = `new MutationObserver(() => {
      const label = document.querySelector("label[for=compose]");
      if (label) (window.seen ??= new Set()).add(label.textContent + document.documentElement.lang);
    }).observe(document, { childList: true, subtree: true })`;
    const page = await bench.open({ locale: "de-DE", initScript }, (api) => {
      api.link.branding = { locale: "ja" };
    });
    await page.getByRole("textbox", { name: "メッセージ" }).waitFor();
    await expect.poll(() => page.evaluate("[...window.seen]")).toEqual(["メッセージja"]);
  });

  it("prefers the language of the URL to that of the browser", async () => {
    const page = await bench.open({ locale: "de-DE" });
    await page.goto(`${bench.api().pageUrl}?lang=tr`);
    await page.getByRole("textbox", { name: "Mesajınız" }).waitFor();
  });

  it("opens in a browser with a POSIX locale, which Intl rejects", async () => {
    const initScript = "Object.defineProperty(navigator, 'languages', { value: ['en-US@posix'] })";
    const page = await bench.open({ locale: "en-GB", initScript });
    await page.getByRole("textbox", { name: "Your message" }).waitFor();
  });

  it("uses English when the texts of another language cannot be loaded", async () => {
    const page = await bench.open({ locale: "en-GB" });
    await page.route(/assets\/ar-/, (route) => route.abort());
    await page.goto(`${bench.api().pageUrl}?lang=ar`);
    await page.getByRole("textbox", { name: "Your message" }).waitFor();
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe("ltr");
  });

  it("gives each text its own direction", async () => {
    const page = await bench.open({ locale: "ar-EG" });
    const made = await session();
    made.greet("Hello in English.\n\n- مرحبا\n- قائمة");
    await expect.poll(() => answers(page).count()).toBe(1);
    const directions = page.locator(".message.agent .block").evaluateAll((blocks) =>
      // The first child carries the text.
      blocks.map((block) => getComputedStyle(block.firstElementChild ?? block).direction),
    );
    expect(await directions).toEqual(["ltr", "rtl"]);
    const written = (): Promise<string> => field(page).evaluate((area) => getComputedStyle(area).direction);
    expect(await written()).toBe("rtl");
    await field(page).fill("English");
    await expect.poll(written).toBe("ltr");
  });
});

describe.skipIf(skipBrowser)("earlier messages", () => {
  it("are loaded page by page above the reader, whose place stays", async () => {
    const page = await bench.open({ height: 500, reducedMotion: true });
    const made = await session();
    const spoken = Array.from({ length: 13 }, (_, index) => `Part ${index} of the greeting`);
    made.greet(...spoken);
    await expect.poll(() => answers(page).count()).toBe(13);
    made.pageSize = 6;
    await page.reload();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(spoken.slice(7));
    const button = page.getByRole("button", { name: "Show earlier messages" });
    const top = (): Promise<number> =>
      answers(page)
        .getByText("Part 7")
        .evaluate((node) => node.getBoundingClientRect().top);
    await button.scrollIntoViewIfNeeded();
    const before = await top();
    await button.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(spoken.slice(1));
    // Scroll positions are whole pixels.
    await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(1.5);
    bench.api().refuseEarlier = true;
    await page.keyboard.press("Enter");
    await page.getByText("That didn’t work.").waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(spoken);
    await expect.poll(() => button.count()).toBe(0);
    await page.getByText("1 earlier message is shown").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.className")).toBe("talk");
  });

  it("stand in line with the time first under each answer", async () => {
    const page = await bench.open();
    (await session()).greet("One");
    await say(page, "Two");
    (await session()).finish((await nextTurn(await session())).turnId, "Three");
    await expect.poll(() => answers(page).count()).toBe(2);
    const left = (selector: string): Promise<number[]> =>
      page.locator(selector).evaluateAll((all) => all.map((node) => Math.round(node.getBoundingClientRect().left)));
    expect(await left(".message.agent time")).toEqual(await left(".message.agent .prose"));
  });
});

describe.skipIf(skipBrowser)("what only some servers can", () => {
  it("is not offered by others", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Go");
    await page.locator(".thinking").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Stop this answer" }).count()).toBe(0);
    made.end("workflow_ended");
    await page.getByText("This conversation has ended").waitFor();
    await expect.poll(() => page.getByRole("radio").count()).toBe(0);
  });

  it("stops an answer and takes a rating at the end", async () => {
    const page = await bench.open({}, (api) => {
      api.link.features = { stop: true, feedback: true };
    });
    const made = await session();
    await say(page, "Go");
    await page.getByRole("button", { name: "Stop this answer" }).click();
    await expect.poll(() => bench.api().stops).toBe(1);
    await field(page).fill("More");
    await page.getByRole("button", { name: "Send message" }).waitFor();
    made.end("workflow_ended");
    await page.getByRole("radio", { name: "Good", exact: true }).check();
    await page.getByRole("textbox").fill("Quick and clear");
    await page.getByRole("button", { name: "Send rating" }).click();
    await page.getByText("Thank you for your rating.").waitFor();
    expect(bench.api().ratings).toEqual([{ rating: 4, text: "Quick and clear" }]);
  });
});

import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();
const WITH = { features: { stop: true, feedback: true, ratings: true } };

describe.skipIf(skipBrowser)("answers on the chat page", () => {
  it("are rated at once, unrated by the same button, and unrated again when the server refuses", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "Good day.");
    await expect.poll(() => answers(page).count()).toBe(1);
    const good = page.getByRole("button", { name: "Good answer" });
    const poor = page.getByRole("button", { name: "Poor answer" });
    // The first one is slow: the last press counts all the same.
    bench.api().nextThumbMs = 500;
    await good.click();
    await expect.poll(() => good.getAttribute("aria-pressed")).toBe("true");
    await poor.press("Enter");
    await expect.poll(() => poor.getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => good.getAttribute("aria-pressed")).toBe("false");
    await poor.click();
    await expect.poll(() => poor.getAttribute("aria-pressed")).toBe("false");
    const message = "text_1.1.0";
    await expect
      .poll(() => bench.api().thumbs)
      .toEqual([
        { message, rating: "up" },
        { message, rating: "down" },
        { message, rating: null },
      ]);
    bench.api().refuseThumb = true;
    await good.click();
    await expect.poll(() => good.getAttribute("aria-pressed")).toBe("false");
    expect(bench.api().thumbs).toHaveLength(3);
  });

  it("offer no rating where the server accepts none", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    made.greet("Welcome.");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => page.getByRole("button", { name: "Good answer" }).count()).toBe(0);
  });

  it("are not asked about where the visitor has said nothing: there was no conversation", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const asked: string[] = [];
    page.on("request", (request) => {
      if (/rating-/.test(request.url())) asked.push(request.url());
    });
    const made = await sessionOf(bench);
    made.greet("Welcome.");
    made.end("budget_exhausted");
    await page.getByRole("heading", { name: "This link is used up" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Good answer" }).count()).toBe(0);
    // The form is fetched as soon as its place is on the screen.
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))",
    );
    expect(asked).toEqual([]);
    await expect.poll(() => page.getByText("How was this conversation?").count()).toBe(0);
  });

  it("keep the text said so far when they are stopped, and say so, even after a reload", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, WITH);
    });
    const made = await sessionOf(bench);
    await say(page, "Tell me everything");
    const { turnId } = await nextTurn(made);
    made.delta(turnId, 0, "It began long ");
    await page.getByRole("button", { name: "Stop this answer" }).click();
    await expect.poll(() => bench.api().stops).toBe(1);
    made.stop(turnId, "It began long");
    await page.locator(".tools").getByText("Stopped").waitFor();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["It began long"]);
    await page.reload();
    await page.locator(".tools").getByText("Stopped").waitFor();
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["It began long"]);
  });
});

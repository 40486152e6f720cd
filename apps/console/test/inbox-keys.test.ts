import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { ESCALATION_ID, escalationRow } from "./fake-inbox.js";
import { sessionRow } from "./rows.js";
import { consoleBench, skipBrowser } from "./setup.js";

const bench = consoleBench();
const idOf = (n: number): string => ESCALATION_ID.replace(/9$/, String(n));
const WAITING = ["Ada Lovelace", "Bob Kahn", "Cleo Marsh"].map((name, n) => ({ id: idOf(n + 1), name }));
const prepare = (api: FakeApi): void => {
  api.sessions = WAITING.map((_, n) => sessionRow({ session_id: `text_${n}` }));
  api.escalations = WAITING.map(({ id, name }, n) =>
    escalationRow({ id, session_id: `text_${n}`, participant: { name } }),
  );
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);
const conversation = (page: Page) => page.getByRole("region", { name: "The conversation" });

describe.skipIf(skipBrowser)("the inbox by keyboard", () => {
  it("can take, answer and hand back three waiting conversations without a mouse", async () => {
    const page = await bench.open("/console/inbox", { prepare });
    const keys = page.keyboard;
    await page.getByRole("link", { name: "Cleo Marsh" }).waitFor();
    for (const [index, { id, name }] of WAITING.entries()) {
      await keys.press("j");
      await conversation(page).getByRole("heading", { name }).waitFor();
      await page.getByRole("button", { name: "Take", exact: true }).waitFor();
      await keys.press("t");
      await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("reply-text");
      await keys.type(`Hello ${name}, this is Mira.`);
      await keys.press("Control+Enter");
      await expect.poll(() => sent("POST /escalations/:/reply")).toHaveLength(index + 1);
      await expect.poll(() => page.getByLabel("Your answer").inputValue()).toBe("");
      // Letters belong to the field until it is left.
      await keys.press("Escape");
      await keys.press("h");
      await page.getByRole("dialog").getByLabel("Summary").fill(`Told ${name}`);
      await keys.press("Control+Enter");
      await conversation(page).locator("header").getByText("Handed back").waitFor();
      await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
      expect(bench.api().escalations.find((row) => row.id === id)).toMatchObject({ summary: `Told ${name}` });
    }
    expect(sent("POST /escalations/:/reply").map(({ body }) => body.message)).toEqual(
      WAITING.map(({ name }) => `Hello ${name}, this is Mira.`),
    );
    expect(bench.api().escalations.map(({ outcome }) => outcome)).toEqual([
      "handed_back",
      "handed_back",
      "handed_back",
    ]);
  });

  it("goes on where it was refused: says who has the conversation, keeps the words, and takes it over in one press", async () => {
    const page = await bench.open(`/console/inbox/${idOf(1)}`, {
      prepare: (api) => {
        prepare(api);
        Object.assign(api.escalations[0] ?? {}, { status: "assigned", mine: true });
      },
    });
    const api = bench.api();
    await page.getByLabel("Your answer").fill("The bill is paid.");
    // Meanwhile a colleague has taken it.
    Object.assign(api.escalations[0] ?? {}, { mine: false, assigned_name: "Grace" });
    api.refuse["POST /escalations/:/reply"] = {
      status: 409,
      code: "escalation_assigned",
      detail: "Somebody else has it.",
    };
    await page.keyboard.press("Enter");
    await page.getByText("Grace has this conversation.").waitFor();
    await expect.poll(() => page.getByLabel("Your answer").count()).toBe(0);
    delete api.refuse["POST /escalations/:/reply"];
    bench.visitor().trouble.length = 0;
    await page.getByRole("button", { name: "Take it over" }).click();
    await expect.poll(() => page.getByLabel("Your answer").inputValue()).toBe("The bill is paid.");
    expect(sent("POST /escalations/:/transfer")).toHaveLength(1);
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("The bill is paid.").waitFor();
  });

  it("plays no sound and requests no permission by default, and remembers the choice", async () => {
    const page = await bench.open("/console/inbox", { prepare });
    await page.getByRole("button", { name: "Alerts" }).click();
    const sound = page.getByRole("switch", { name: "Play a sound" });
    await expect.poll(() => sound.getAttribute("aria-checked")).toBe("false");
    await sound.click();
    await expect.poll(() => sound.getAttribute("aria-checked")).toBe("true");
    await page.reload();
    await page.getByRole("button", { name: "Alerts" }).click();
    await expect.poll(() => sound.getAttribute("aria-checked")).toBe("true");
  });
});

import { describe, expect, it } from "vitest";
import { hoursOf, hoursText } from "../src/agents/office-hours.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const ZONE = "Europe/Berlin";
const day = [{ from: "09:00", to: "17:00" }];
const week = { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day };

describe("office hours as text", () => {
  it.each([
    ["", null, ""],
    ["Mon–Fri 09:00–17:00", { time_zone: ZONE, days: week }, "Mon–Fri 09:00–17:00"],
    ["  monday - FRIDAY  9:00 - 17:00 \n\n", { time_zone: ZONE, days: week }, "Mon–Fri 09:00–17:00"],
    [
      "Sat 10:00-12:00\nSat 14:00-16:00",
      {
        time_zone: ZONE,
        days: {
          saturday: [
            { from: "10:00", to: "12:00" },
            { from: "14:00", to: "16:00" },
          ],
        },
      },
      "Sat 10:00–12:00\nSat 14:00–16:00",
    ],
    ["Sun 00:00–24:00", { time_zone: ZONE, days: { sunday: [{ from: "00:00", to: "24:00" }] } }, "Sun 00:00–24:00"],
  ])("read %j and write it back", (text, hours, written) => {
    expect(hoursOf(text, ZONE)).toEqual(hours);
    expect(typeof hours === "string" ? "" : hoursText(hours)).toBe(written);
  });

  it.each(["Fri–Mon 09:00–17:00", "Mo 09:00–17:00", "Someday 09:00–17:00", "Mon nine to five", "Mon 9–17"])(
    "name the line that cannot be read: %s",
    (line) => {
      expect(hoursOf(`Tue 09:00–17:00\n${line}`, ZONE)).toBe(line);
    },
  );
});

const bench = consoleBench();
const saved = () => bench.api().seen.filter(({ call }) => call === "PUT /agents/:/people");

describe.skipIf(skipBrowser)("the people behind an agent", () => {
  it("get hours, reply promises and notices, with errors beside their fields", async () => {
    const page = await bench.open("/console/agents/clinic-desk/access", { width: 360 });
    const section = page.getByRole("region", { name: "People behind it" });
    const hours = section.getByLabel("Office hours");
    await hours.fill("Mon to Fri");
    await section.getByRole("button", { name: "Save people" }).click();
    await section.getByText("“Mon to Fri” cannot be read").waitFor();
    expect(saved()).toEqual([]);
    await hours.fill("Mon–Fri 9:00–17:00");
    await section.getByLabel("Time zone").fill(ZONE);
    await section.getByLabel("Usual minutes").fill("soon");
    bench.api().refuse["PUT /agents/:/people"] = {
      ...{ status: 422, code: "validation_failed", detail: "wrong" },
      errors: [
        { pointer: "/reply_minutes", rule: "type", message: "must be a number" },
        { pointer: "/notify/emails/0", rule: "email", message: "must be an address" },
      ],
    };
    await section.getByLabel("Notify these addresses").fill("desk");
    await section.getByRole("button", { name: "Save people" }).click();
    await section.getByText("must be a number").waitFor();
    await section.getByText("must be an address").waitFor();
    bench.api().refuse = {};
    await section.getByLabel("Usual minutes").fill("10");
    await section.getByLabel("Offer alternatives").fill("5");
    await section.getByLabel("Notify these addresses").fill("desk@example.com");
    await section.getByLabel("Notify these chats").fill("https://hooks.example.com/••••aB3d");
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await section.scrollIntoViewIfNeeded();
    await screenshot(page, "people-360");
    await section.getByRole("button", { name: "Save people" }).click();
    await page.getByText("Saved. Visitors see it from now on.").waitFor();
    expect(saved().at(-1)?.body).toEqual({
      hours: { time_zone: ZONE, days: week },
      reply_minutes: 10,
      fallback_minutes: 5,
      notify: { emails: ["desk@example.com"], chat_urls: ["https://hooks.example.com/••••aB3d"] },
    });
    await expect.poll(() => section.getByText("must be a number").count()).toBe(0);
    await expect.poll(() => hours.inputValue()).toBe("Mon–Fri 09:00–17:00");
    expect(await axeFindings(page)).toEqual([]);
  });

  it("are hidden from roles that may not change agents", async () => {
    const page = await bench.open("/console/agents/clinic-desk/access", {
      prepare: (api) => {
        api.refuse["GET /agents/:/people"] = { status: 403, code: "forbidden", detail: "no" };
      },
    });
    await page.getByText("Only editors and above can see this, because it contains names.").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Save people" }).count()).toBe(0);
  });
});

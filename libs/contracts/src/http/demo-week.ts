import { z } from "zod";

export const demoWeek = z
  .object({
    state: z
      .enum(["none", "playing", "played"])
      .describe("`playing`: it is being made right now; `none`: there never was one, or it was removed"),
    sessions: z.int().min(0).describe("Number of its sessions"),
    links: z.array(z.object({ agent: z.string(), id: z.uuid() })).describe("The links used by its visitors"),
  })
  .meta({
    id: "DemoWeek",
    description: "The week of sample conversations created by a first start",
    examples: [
      { state: "played", sessions: 70, links: [{ agent: "support", id: "018f3a5e-7c1b-7d2e-8a4f-000000000003" }] },
    ],
  });

export const demoWeekRemoved = z.object({ sessions: z.int().min(0) }).meta({
  id: "DemoWeekRemoved",
  description: "Number of removed sample sessions",
  examples: [{ sessions: 70 }],
});

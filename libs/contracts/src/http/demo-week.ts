import { z } from "zod";

export const demoWeek = z
  .object({
    state: z
      .enum(["none", "playing", "played"])
      .describe("`playing`: it is being made right now; `none`: there never was one, or it was removed"),
    sessions: z.int().min(0).describe("Its sessions that there are now"),
    links: z.array(z.object({ agent: z.string(), id: z.uuid() })).describe("The links that its visitors came by"),
  })
  .meta({
    id: "DemoWeek",
    description: "The made-up week of conversations that a first start brings",
    examples: [
      { state: "played", sessions: 70, links: [{ agent: "support", id: "018f3a5e-7c1b-7d2e-8a4f-000000000003" }] },
    ],
  });

export const demoWeekRemoved = z.object({ sessions: z.int().min(0) }).meta({
  id: "DemoWeekRemoved",
  description: "How many made-up sessions were removed",
  examples: [{ sessions: 70 }],
});

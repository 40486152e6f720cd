import { z } from "zod";

export const visitorComment = z
  .object({
    id: z.uuid().describe("Of the session, or of the rated answer"),
    session_id: z.string(),
    agent_id: z.uuid(),
    link_id: z.uuid().nullable(),
    about: z.enum(["session", "answer"]),
    rating: z
      .union([z.int().min(1).max(5), z.enum(["up", "down"])])
      .describe("1 to 5 of a session, a thumb of an answer"),
    text: z.string(),
    at: z.string(),
  })
  .meta({
    id: "VisitorComment",
    description: "A comment that a visitor left with a rating",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        link_id: null,
        about: "answer",
        rating: "down",
        text: "The price was wrong.",
        at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });

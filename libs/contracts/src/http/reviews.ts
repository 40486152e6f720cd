import { z } from "zod";

const words = (max: number) =>
  z
    .string()
    .max(max * 4)
    .transform((text) => text.normalize("NFC").trim())
    .refine((text) => text !== "", { message: "must not be blank" })
    .refine((text) => [...text].length <= max, { message: `must have at most ${max} characters` })
    .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
    .nullish();

export const reviewVerdict = z.enum(["good", "wrong"]);

export const reviewBody = z
  .strictObject({
    verdict: reviewVerdict,
    turn: z.int().min(1).nullish().describe("The turn that went wrong, as numbered in traces; 1 = the opening"),
    expected: words(10_000).describe("The reply that was expected in that turn, or a part of it"),
    note: words(4_000).describe("For the team"),
    name: z.string().trim().min(1).max(200).optional().describe("Reviewer name shown to the team"),
    operator: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("The reviewer; only signed backends may name a person"),
  })
  .refine(({ verdict, turn, expected }) => verdict === "wrong" || (turn == null && expected == null), {
    message: "a good conversation has no turn that went wrong",
    path: ["turn"],
  })
  .refine(({ turn, expected }) => expected == null || turn != null, {
    message: "name the turn in which it should have been said",
    path: ["turn"],
  })
  .meta({
    id: "ReviewSession",
    description: "A verdict on a conversation",
    examples: [{ verdict: "wrong", turn: 3, expected: "We are closed on Sundays.", note: "Read the wrong page." }],
  });

export const sessionReview = z
  .object({
    session_id: z.string(),
    verdict: reviewVerdict,
    turn: z.int().nullable(),
    expected: z.string().nullable(),
    note: z.string().nullable(),
    reviewer: z.string().describe("Id of the credentials, or the operator named by a signed backend"),
    reviewer_name: z.string().nullable(),
    reviewed_at: z.string(),
  })
  .meta({
    id: "SessionReview",
    description:
      "What somebody of the team found when they looked at a conversation; visitors and agents never read it",
    examples: [
      {
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        verdict: "wrong",
        turn: 3,
        expected: "We are closed on Sundays.",
        note: "Read the wrong page.",
        reviewer: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        reviewer_name: "Grace",
        reviewed_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type SessionReview = z.infer<typeof sessionReview>;

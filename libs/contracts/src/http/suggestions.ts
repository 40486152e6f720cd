import { z } from "zod";
import { usage } from "../turns.js";

export const suggestBody = z
  .strictObject({
    operator: z.string().trim().min(1).max(200).optional().describe("Only signed backends may name a person"),
  })
  .default({})
  .meta({ id: "AskForSuggestion", description: "Who requests a suggestion; absent = the caller", examples: [{}] });

export const suggestedReply = z
  .object({
    suggestion: z.string().describe("Markdown, for the operator to edit; nothing has been sent"),
    model: z.string(),
    usage,
  })
  .meta({
    id: "SuggestedReply",
    description: "A draft reply by the agent's model",
    examples: [
      {
        suggestion: "Your refund is on its way.",
        model: "gpt-5-mini",
        usage: { input_tokens: 412, output_tokens: 9, cost: 0.0002 },
      },
    ],
  });
export type SuggestedReply = z.infer<typeof suggestedReply>;

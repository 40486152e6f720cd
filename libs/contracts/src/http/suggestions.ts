import { z } from "zod";
import { usage } from "../turns.js";

export const suggestBody = z
  .strictObject({
    operator: z.string().trim().min(1).max(200).optional().describe("Only a signed backend names somebody"),
  })
  .default({})
  .meta({ id: "AskForSuggestion", description: "Who asks for a suggestion; nothing = the caller", examples: [{}] });

export const suggestedReply = z
  .object({
    suggestion: z.string().describe("Markdown, for the operator to edit; nothing was sent"),
    model: z.string(),
    usage,
  })
  .meta({
    id: "SuggestedReply",
    description: "What the agent's model would write in the operator's place",
    examples: [
      {
        suggestion: "Your refund is on its way.",
        model: "gpt-5-mini",
        usage: { input_tokens: 412, output_tokens: 9, cost: 0.0002 },
      },
    ],
  });
export type SuggestedReply = z.infer<typeof suggestedReply>;

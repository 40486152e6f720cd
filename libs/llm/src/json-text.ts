import { z } from "zod";

/** A variable that holds JSON; what it must be is piped behind. What is no JSON is refused without being repeated. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be JSON" });
    return z.NEVER;
  }
});

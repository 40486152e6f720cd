import { z } from "zod";

/** A variable that contains JSON; pipe its schema after this. Invalid JSON is refused without being quoted. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be JSON" });
    return z.NEVER;
  }
});

import { z } from "zod";
import { parseNetworks } from "./address-rules.js";

/** Variables of every service that calls out; spread into its configuration. */
export const outboundConfig = {
  OUTBOUND_ALLOWED_CIDRS: z
    .string()
    .default("")
    .transform((text, context) => {
      try {
        return parseNetworks(text);
      } catch {
        context.addIssue({ code: "custom", message: "networks such as 10.1.0.0/16, separated by commas" });
        return z.NEVER;
      }
    })
    .describe("Private networks that API calls and webhooks may reach, such as 10.1.0.0/16, separated by commas"),
  ALLOW_TEST_HOOKS: z
    .enum(["", "0", "1"])
    .default("0")
    .transform((text) => text === "1")
    .refine((allowed) => !allowed || process.env.NODE_ENV !== "production", "not with NODE_ENV=production")
    .describe("1 = API calls and webhooks may reach this machine itself; for tests, refused with NODE_ENV=production"),
};

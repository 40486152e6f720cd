import { z } from "zod";

/** Variables that only the links service reads; connections and SECRET_KEY are read by main.ts. */
export const linksConfig = z.object({
  LINKS_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(256)
    .describe("Requests one replica of links works on at once; above it answers 503 overloaded"),
  KEY_ROTATION_OVERLAP_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(24)
    .default(24)
    .describe("Hours a rotated signing key stays valid beside its successor"),
});
export type LinksConfig = z.output<typeof linksConfig>;

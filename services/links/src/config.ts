import { outboundConfig } from "@parley/outbound";
import { mailConfig, publicUrlConfig } from "@parley/runtime";
import { z } from "zod";
import { distributionConfig } from "./distribution/config.js";
import { scheduleConfig } from "./schedules/config.js";
import { oidcConfig } from "./users/oidc/config.js";

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
  LINKS_PER_CALLER_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_000)
    .describe("Most active links that one token or key may have made; further ones answer 429 links_exhausted"),
  CODES_PER_LINK_HOUR: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe("Most codes one link mails in an hour; further requests answer 429 rate_limited, whatever the address"),
  CODES_PER_TENANT_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(5_000)
    .describe(
      "Most codes all links of a tenant mail in a day; further requests answer 429 rate_limited, whatever the address",
    ),
  CONSOLE_IDLE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8_760)
    .default(24)
    .describe("Hours without a call after which a user of the console has to sign in again"),
  CONSOLE_SESSION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(14)
    .describe("Days after which a user of the console has to sign in again, however much it was used"),
  ...distributionConfig,
  ...scheduleConfig,
  ...oidcConfig,
  ...publicUrlConfig,
  ...mailConfig,
  ...outboundConfig,
});
export type LinksConfig = z.output<typeof linksConfig>;

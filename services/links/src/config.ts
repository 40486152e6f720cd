import { outboundConfig } from "@parley/outbound";
import { mailConfig, publicUrlConfig } from "@parley/runtime";
import { z } from "zod";
import { distributionConfig } from "./distribution/config.js";
import { scheduleConfig } from "./schedules/config.js";
import { oidcConfig } from "./users/oidc/config.js";

/** Variables of the links service alone; main.ts reads connections and SECRET_KEY. */
export const linksConfig = z.object({
  LINKS_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(256)
    .describe("Concurrent requests per replica of links; beyond it 503 overloaded"),
  KEY_ROTATION_OVERLAP_HOURS: z.coerce
    .number()
    .int()
    .min(0)
    .max(24)
    .default(24)
    .describe("Hours a rotated signing key stays valid along with its successor"),
  LINKS_PER_CALLER_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_000)
    .describe("Maximum active links per token or key; beyond it 429 links_exhausted"),
  CODES_PER_LINK_HOUR: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe("Maximum codes mailed per link and hour; beyond it 429 rate_limited, whatever the address"),
  CODES_PER_TENANT_DAY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(5_000)
    .describe("Maximum codes mailed per tenant and day; beyond it 429 rate_limited, whatever the address"),
  CONSOLE_IDLE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8_760)
    .default(24)
    .describe("Hours of inactivity after which a console user must sign in again"),
  CONSOLE_SESSION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(14)
    .describe("Days after which a console user must sign in again, regardless of activity"),
  ...distributionConfig,
  ...scheduleConfig,
  ...oidcConfig,
  ...publicUrlConfig,
  ...mailConfig,
  ...outboundConfig,
});
export type LinksConfig = z.output<typeof linksConfig>;

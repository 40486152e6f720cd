import { publicUrlConfig } from "@parley/runtime";
import { z } from "zod";

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Variables of the gateway alone; main.ts reads connections and SECRET_KEY. */
export const gatewayConfig = z.object({
  PORT: integer(0, 65_535).default(8080).describe("Port of the public HTTP server; 0 takes a free one"),
  HOST: z.string().default("0.0.0.0").describe("Address the public HTTP server listens on"),
  ...publicUrlConfig,
  ADMIN_API_KEY: z
    .string()
    .min(16)
    .optional()
    .describe("Default signing key of the server-to-server API, operator-wide; without it X-Key-Id is required"),
  ADMIN_API_KEY_REQUIRE_NONCE: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .describe("Whether requests signed with ADMIN_API_KEY require X-Nonce; other keys have their own setting"),
  TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter((entry) => entry !== ""))
    .describe("Addresses or CIDRs of proxies whose X-Forwarded-For is trusted, separated by commas"),
  VISITOR_ADDRESSES: z
    .enum(["truncated", "full"])
    .default("truncated")
    .describe(
      "Input of the keyed hashes of visitors' addresses in security events and logs: the network (/24, IPv6 /48) or the address",
    ),
  CHAT_TURN_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(300)
    .default(150)
    .describe(
      "Seconds a request waits for its reply before 504 turn_timeout; the reply can still be read later. Should exceed the sum of MODEL_TASK_TIMEOUT_MS and MODEL_TOTAL_TIMEOUT_MS, so that senders get the outcome of the turn",
    ),
  CHAT_HISTORY_LIMIT: integer(1, 200).default(50).describe("Default number of messages per history page"),
  CHAT_MAX_MESSAGE_LENGTH: integer(1, 10_000)
    .default(10_000)
    .describe("Maximum length of a message in code points; a link can only lower it"),
  CHAT_CONNECTION_TIMEOUT: integer(5, 3_600)
    .default(30)
    .describe("Seconds without a frame or pong after which a socket of the widget channel is closed"),
  CHAT_RECONNECT_INTERVAL: integer(100, 600_000)
    .default(3_000)
    .describe("Initial reconnect delay of widgets in milliseconds; sent to sockets"),
  CHAT_TYPING_TIMEOUT: integer(100, 600_000)
    .default(1_000)
    .describe("Milliseconds without a keystroke after which a widget ends its typing notice; sent to sockets"),
  MAX_STREAMS: integer(1, 200_000).default(20_000).describe("Maximum open event streams and sockets per gateway"),
  MAX_STREAMS_PER_SESSION: integer(1, 1_000).default(20).describe("Maximum event streams per session and gateway"),
  MAX_STREAMS_PER_ADDRESS: integer(1, 200_000)
    .default(2_000)
    .describe("Maximum visitors' event streams per address (IPv6: /64) and gateway"),
  MAX_STREAMS_PER_LINK: integer(1, 200_000)
    .default(10_000)
    .describe("Maximum visitors' event streams per link and gateway"),
  MAX_REQUESTS_IN_FLIGHT: integer(1, 100_000)
    .default(2_000)
    .describe("Concurrent requests, excluding streams; beyond it 503 overloaded"),
  MAX_UNFINISHED_BODIES_PER_ADDRESS: integer(1, 100_000)
    .default(256)
    .describe("Incomplete requests per address (IPv6: /64); another one aborts the oldest with 408"),
  MAX_CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000)
    .default(4_096)
    .describe("Connections per address (IPv6: /64) outside TRUSTED_PROXIES; another one closes the oldest idle one"),
  RATE_LIMIT_ADDRESS_PER_MINUTE: integer(1, 10_000_000)
    .default(6_000)
    .describe("Public calls per address (IPv6: /64) and minute"),
  RATE_LIMIT_NEW_SESSIONS_PER_MINUTE: integer(1, 1_000_000)
    .default(120)
    .describe("New sessions per link, address (IPv6: /64) and minute; a whole office may share an address"),
  RATE_LIMIT_LINK_PER_MINUTE: integer(1, 100_000_000)
    .default(60_000)
    .describe("Messages and new sessions per link and minute, all visitors together"),
  RATE_LIMIT_TENANT_PER_MINUTE: integer(1, 100_000_000)
    .default(300_000)
    .describe("Messages and new sessions per tenant and minute, all links together"),
  RATE_LIMIT_GLOBAL_PER_MINUTE: integer(1, 100_000_000)
    .default(1_000_000)
    .describe("Messages and new sessions of all links per minute"),
  RATE_LIMIT_VERIFY_PER_MINUTE: integer(1, 1_000_000)
    .default(60)
    .describe(
      "Codes requested and codes tried per address (IPv6: /64) and minute; each code also allows only five attempts",
    ),
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: integer(1, 1_000_000)
    .default(60)
    .describe(
      "Failed signatures and tokens per address and minute, and likewise unknown link tokens; counted by each gateway",
    ),
  GEO_DB_PATH: z
    .string()
    .optional()
    .describe("Country database (mmdb) for links restricted to countries; default: the included one"),
  CHALLENGE_PROVIDER: z
    .enum(["altcha", "turnstile"])
    .default("altcha")
    .describe("Proof of work for links that require it; altcha needs no third party"),
  PROOF_DIFFICULTY: integer(256, 100_000_000)
    .default(500_000)
    .describe("Average number of hashes to solve a challenge"),
  TURNSTILE_SITE_KEY: z.string().optional().describe("Site key of Cloudflare Turnstile, public"),
  TURNSTILE_SECRET: z.string().optional().describe("Secret of Cloudflare Turnstile"),
  TURNSTILE_VERIFY_URL: z
    .url()
    .default("https://challenges.cloudflare.com/turnstile/v0/siteverify")
    .describe("URL at which Turnstile tokens are verified"),
  CHAT_WIDGET_LINK: z
    .string()
    .regex(/^pl_\w+$/, { message: "must be a link token (pl_…)" })
    .optional()
    .describe("Token of the link for widget scripts without data-link; anyone who loads /widget.js can read it"),
  CHAT_PAGE_DIR: z.string().optional().describe("Folder of the built chat page; default: the installed package"),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

import { publicUrlConfig } from "@parley/runtime";
import { z } from "zod";

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Variables that only the gateway reads; connections and SECRET_KEY are read by main.ts. */
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
    .describe("Whether a request signed with ADMIN_API_KEY counts only with X-Nonce; other keys say so themselves"),
  TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((list) => list.split(/[\s,]+/).filter((entry) => entry !== ""))
    .describe("Addresses or CIDRs of proxies whose X-Forwarded-For is believed, separated by commas"),
  VISITOR_ADDRESSES: z
    .enum(["truncated", "full"])
    .default("truncated")
    .describe(
      "What the keyed hashes of visitors' addresses in security events and logs are made of: the network (/24, IPv6 /48) or the address",
    ),
  CHAT_TURN_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(300)
    .default(150)
    .describe(
      "Seconds a request waits for its answer before 504 turn_timeout; the answer stays readable. Longer than MODEL_TASK_TIMEOUT_MS and MODEL_TOTAL_TIMEOUT_MS together, so that senders learn how the turn ended",
    ),
  CHAT_HISTORY_LIMIT: integer(1, 200).default(50).describe("Messages of a history page when the caller names no limit"),
  CHAT_MAX_MESSAGE_LENGTH: integer(1, 10_000)
    .default(10_000)
    .describe("Characters (code points) of one message at most; a link can only lower it"),
  CHAT_CONNECTION_TIMEOUT: integer(5, 3_600)
    .default(30)
    .describe("Seconds without a frame or an answer to a ping after which a socket of the widget channel is cut"),
  CHAT_RECONNECT_INTERVAL: integer(100, 600_000)
    .default(3_000)
    .describe("Milliseconds after which a widget whose connection broke tries again at first; sockets are told"),
  CHAT_TYPING_TIMEOUT: integer(100, 600_000)
    .default(1_000)
    .describe("Milliseconds without a key after which a widget says that nobody types any more; sockets are told"),
  MAX_STREAMS: integer(1, 200_000).default(20_000).describe("Event streams and sockets one gateway holds open at most"),
  MAX_STREAMS_PER_SESSION: integer(1, 1_000)
    .default(20)
    .describe("Event streams of one session on one gateway at most"),
  MAX_STREAMS_PER_ADDRESS: integer(1, 200_000)
    .default(2_000)
    .describe("Visitors' event streams of one address (IPv6: /64) on one gateway at most"),
  MAX_STREAMS_PER_LINK: integer(1, 200_000)
    .default(10_000)
    .describe("Visitors' event streams of one link on one gateway at most"),
  MAX_REQUESTS_IN_FLIGHT: integer(1, 100_000)
    .default(2_000)
    .describe("Requests in work at once, streams not counted; above it 503 overloaded"),
  MAX_UNFINISHED_BODIES_PER_ADDRESS: integer(1, 100_000)
    .default(256)
    .describe("Requests of one address (IPv6: /64) whose body is not complete; one more cuts the oldest with 408"),
  MAX_CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000)
    .default(4_096)
    .describe(
      "Connections of one address (IPv6: /64) that is none of TRUSTED_PROXIES; one more closes its oldest idle one",
    ),
  RATE_LIMIT_ADDRESS_PER_MINUTE: integer(1, 10_000_000)
    .default(6_000)
    .describe("Public calls of one address (IPv6: /64) per minute"),
  RATE_LIMIT_NEW_SESSIONS_PER_MINUTE: integer(1, 1_000_000)
    .default(120)
    .describe("Sessions of one link that one address (IPv6: /64) opens per minute: a whole office may stand behind it"),
  RATE_LIMIT_LINK_PER_MINUTE: integer(1, 100_000_000)
    .default(60_000)
    .describe("Messages and new sessions of one link per minute, all visitors together"),
  RATE_LIMIT_TENANT_PER_MINUTE: integer(1, 100_000_000)
    .default(300_000)
    .describe("Messages and new sessions of one tenant's links per minute"),
  RATE_LIMIT_GLOBAL_PER_MINUTE: integer(1, 100_000_000)
    .default(1_000_000)
    .describe("Messages and new sessions of all links per minute"),
  RATE_LIMIT_VERIFY_PER_MINUTE: integer(1, 1_000_000)
    .default(60)
    .describe(
      "Codes asked for and tried by one address (IPv6: /64) per minute, each; a code dies after five tries anyway",
    ),
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: integer(1, 1_000_000)
    .default(60)
    .describe(
      "Failed signatures and tokens of one address per minute, and as many unknown link tokens; counted by each gateway",
    ),
  GEO_DB_PATH: z
    .string()
    .optional()
    .describe("Country database (mmdb) for links that are limited to countries; default: the included one"),
  CHALLENGE_PROVIDER: z
    .enum(["altcha", "turnstile"])
    .default("altcha")
    .describe("What new visitors solve where a link asks for proof of work; altcha needs nobody else"),
  PROOF_DIFFICULTY: integer(256, 100_000_000)
    .default(500_000)
    .describe("Hashes a visitor's browser computes on average to solve a challenge"),
  TURNSTILE_SITE_KEY: z.string().optional().describe("Site key of Cloudflare Turnstile, public"),
  TURNSTILE_SECRET: z.string().optional().describe("Secret of Cloudflare Turnstile"),
  TURNSTILE_VERIFY_URL: z
    .url()
    .default("https://challenges.cloudflare.com/turnstile/v0/siteverify")
    .describe("Where tokens of Turnstile are verified"),
  CHAT_WIDGET_LINK: z
    .string()
    .regex(/^pl_\w+$/, { message: "must be a link token (pl_…)" })
    .optional()
    .describe("Token of the link that widget scripts without data-link talk to; whoever loads /widget.js can read it"),
  CHAT_PAGE_DIR: z.string().optional().describe("Folder of the built chat page; default: the installed package"),
});
export type GatewayConfig = z.output<typeof gatewayConfig>;

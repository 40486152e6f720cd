import { z } from "zod";

/** Where people reach this server; read by every service that builds its URLs. Spread into a configuration. */
export const publicUrlConfig = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    // Pages, their files and the session cookie are at the root of their host: under a path no link would open.
    .refine((url) => ["", "/"].includes(url.replace(/^https?:\/\/[^/?#]+/i, "")), { message: "must not have a path" })
    .transform((url) => url.replace(/\/+$/, ""))
    .default("http://localhost:8080")
    .describe("Public URL of this server; used in links, https enables secure cookies"),
};

/** Where mails go; read by every service that sends some. Spread into a configuration. */
export const mailConfig = {
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, "must begin with smtp:// or smtps://")
    .optional()
    .describe(
      "Mail server: smtp://user:password@host:587 or smtps://…; without it mails are stored for GET /api/dev/mail",
    ),
  SMTP_OAUTH_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe("OAuth2 client that signs in to the mail server as the user of SMTP_URL, instead of a password (Gmail)"),
  SMTP_OAUTH_CLIENT_SECRET: z.string().min(1).optional().describe("Secret of that client"),
  SMTP_OAUTH_REFRESH_TOKEN: z.string().min(1).optional().describe("Refresh token granted to that client by the user"),
  SMTP_OAUTH_TOKEN_URL: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .default("https://oauth2.googleapis.com/token")
    .describe("Token endpoint for it"),
  MAIL_FROM: z.string().max(320).default("Parley <parley@localhost>").describe("Sender of mails"),
};

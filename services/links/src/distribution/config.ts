import { z } from "zod";

const count = (most: number) => z.coerce.number().int().min(1).max(most);
const secret = z.string().min(1).optional();
const address = z.url({ protocol: /^https?$/, error: "must be an http or https address" }).transform(withoutSlash);

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Variables of sending: limits and providers. Spread into the configuration of links. */
export const distributionConfig = {
  SEND_PER_RECIPIENT_DAY: count(1_000)
    .default(5)
    .describe("Maximum messages with links per recipient in 24 hours; further ones are marked limited"),
  SEND_PER_AGENT_DAY: count(10_000_000)
    .default(10_000)
    .describe("Maximum recipients per agent in 24 hours; beyond it 429 send_limit_reached"),
  SEND_PER_TENANT_DAY: count(10_000_000)
    .default(20_000)
    .describe("Maximum recipients per tenant in 24 hours; beyond it 429 send_limit_reached"),
  SEND_LOG_DAYS: count(3_650).default(90).describe("Days after which the log of a delivery is deleted"),
  SEND_POLL_MS: count(60_000).default(1_000).describe("Average interval between polls for messages to send"),
  EMAIL_PROVIDER: z
    .enum(["smtp", "sendgrid", "mailgun"])
    .default("smtp")
    .describe("Provider for sending links by mail: SMTP_URL (or the development mailbox), SendGrid or Mailgun"),
  SENDGRID_API_KEY: secret.describe("API key of SendGrid"),
  SENDGRID_URL: address.default("https://api.sendgrid.com").describe("Address of SendGrid; its EU region has another"),
  SENDGRID_WEBHOOK_KEY: secret.describe(
    "Verification key of SendGrid's signed event webhook; enables bounces and complaints at /provider-events/sendgrid",
  ),
  MAILGUN_API_KEY: secret.describe("API key of Mailgun"),
  MAILGUN_DOMAIN: secret.describe("Sending domain at Mailgun"),
  MAILGUN_URL: address.default("https://api.mailgun.net").describe("Address of Mailgun; its EU region has another"),
  MAILGUN_WEBHOOK_KEY: secret.describe(
    "Signing key of Mailgun's webhooks; enables bounces and complaints at /provider-events/mailgun",
  ),
  TWILIO_ACCOUNT_SID: secret.describe("Account at Twilio or a compatible provider; enables SMS"),
  TWILIO_AUTH_TOKEN: secret.describe("Token of that account"),
  TWILIO_FROM: secret.describe("Sender number or messaging service (MG…) of text messages"),
  TWILIO_URL: address.default("https://api.twilio.com").describe("Address of Twilio or a compatible provider"),
};

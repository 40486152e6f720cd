import type { Logger } from "@parley/observability";

export interface Mail {
  tenantId: string;
  /** One normalised address. */
  to: string;
  subject: string;
  text: string;
  /** BCP 47; told to the reader's program, which chooses voice and direction by it. */
  language?: string;
  /** UUID of what it tells: the same in each attempt, so that whoever takes mails in can know a repeat (`Message-ID`). */
  id?: string;
  /** Further headers, such as `List-Unsubscribe`. */
  headers?: Record<string, string>;
}

/** Keeps mails instead of sending them, for installations without a mail server. */
type Mailbox = (mail: Mail) => Promise<void>;

export interface Mailer {
  /** `mailbox`: nothing leaves this installation. */
  readonly kind: "smtp" | "mailbox";
  /**
   * Sends one mail, after the transaction that made it necessary. Never throws: its caller must not learn whether an
   * address exists; a failure is logged without address and text.
   */
  send(mail: Mail): Promise<void>;
  /**
   * Sends one mail. Never throws; null = it was taken, else a word for why not, without address and text. An address that the
   * server refuses for good is `refused`.
   */
  attempt(mail: Mail): Promise<"refused" | "unreachable" | null>;
  /** Waits for mails in hand, then closes the connections. */
  close(): Promise<void>;
}

export interface MailOAuth {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  tokenUrl: string;
}

/** The variables of it; undefined = the mail server takes a password, or nothing. */
export function mailOAuth(config: {
  SMTP_OAUTH_CLIENT_ID?: string | undefined;
  SMTP_OAUTH_CLIENT_SECRET?: string | undefined;
  SMTP_OAUTH_REFRESH_TOKEN?: string | undefined;
  SMTP_OAUTH_TOKEN_URL: string;
}): MailOAuth | undefined {
  const { SMTP_OAUTH_CLIENT_ID: clientId, SMTP_OAUTH_CLIENT_SECRET: clientSecret } = config;
  const { SMTP_OAUTH_REFRESH_TOKEN: refreshToken, SMTP_OAUTH_TOKEN_URL: tokenUrl } = config;
  if (clientId === undefined || clientSecret === undefined || refreshToken === undefined) return undefined;
  return { clientId, clientSecret, refreshToken, tokenUrl };
}

export interface MailerOptions {
  /** `smtp://user:password@host:587` or `smtps://…`; undefined = the mailbox. */
  url: string | undefined;
  /** Signs in with access tokens in place of the password of `url`; they are renewed as they end. */
  oauth?: MailOAuth | undefined;
  /** Sender as in a From header. */
  from: string;
  mailbox: Mailbox;
  logger: Logger;
  /** Milliseconds for each of connecting, greeting and every answer; default 10 s. */
  timeoutMs?: number;
}

const MAX_CONNECTIONS = 3;

/** Mail through SMTP, or into the development mailbox. Connections are opened when the first mail is sent. */
export function createMailer(options: MailerOptions): Mailer {
  const { url, logger } = options;
  const carrier = url === undefined ? mailboxCarrier(options.mailbox) : smtpCarrier({ ...options, url });
  const inHand = new Set<Promise<void>>();
  return {
    kind: url === undefined ? "mailbox" : "smtp",
    async send(mail) {
      const sending = carrier.deliver({ ...mail, subject: oneLine(mail.subject) }).catch((error: unknown) => {
        // The error itself names the recipient, so only its codes are logged.
        logger.warn({ tenantId: mail.tenantId, ...codesOf(error) }, "mail.failed");
      });
      inHand.add(sending);
      await sending;
      inHand.delete(sending);
    },
    async attempt(mail) {
      try {
        await carrier.deliver({ ...mail, subject: oneLine(mail.subject) });
        return null;
      } catch (error) {
        const codes = codesOf(error);
        logger.warn({ tenantId: mail.tenantId, ...codes }, "mail.failed");
        const { responseCode, code } = codes;
        // A sign-in that is refused says nothing of the recipient; it is put right by the operator.
        return code !== "EAUTH" && typeof responseCode === "number" && responseCode >= 500 && responseCode < 600
          ? "refused"
          : "unreachable";
      }
    },
    async close() {
      await Promise.all(inHand);
      await carrier.close();
    },
  };
}

interface Carrier {
  deliver(mail: Mail): Promise<void>;
  close(): Promise<void>;
}

const mailboxCarrier = (keep: Mailbox): Carrier => ({ deliver: keep, close: async () => undefined });

function smtpCarrier({ url, from, oauth, timeoutMs = 10_000 }: MailerOptions & { url: string }): Carrier {
  const open = async () => {
    // Loaded for the first mail: it costs every start, and most processes send none.
    const { createTransport } = await import("nodemailer");
    return createTransport({
      url,
      ...(oauth && { auth: authOf(url, oauth) }),
      pool: true,
      maxConnections: MAX_CONNECTIONS,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let transport: ReturnType<typeof open> | undefined;
  return {
    async deliver({ to, subject, text, language, id, headers: more }) {
      // As an object: a string would be read as a list of addresses.
      const headers = { ...more, ...(language !== undefined && { "Content-Language": language }) };
      transport ??= open();
      await (await transport).sendMail({
        from,
        to: { name: "", address: to },
        subject,
        text,
        headers,
        ...(id && { messageId: `<${id}@parley>` }),
      });
    },
    close: async () => (await transport)?.close(),
  };
}

const authOf = (url: string, { clientId, clientSecret, refreshToken, tokenUrl: accessUrl }: MailOAuth) => ({
  ...{ type: "OAuth2" as const, user: decodeURIComponent(new URL(url).username) },
  ...{ clientId, clientSecret, refreshToken, accessUrl },
});

/** Names of agents end up in subjects; a line break there would begin a header. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();

function codesOf(error: unknown): Record<string, unknown> {
  if (typeof error !== "object" || error === null) return {};
  return {
    ...("code" in error ? { code: error.code } : {}),
    ...("responseCode" in error ? { responseCode: error.responseCode } : {}),
  };
}

import { AppError } from "@parley/contracts";
import * as client from "openid-client";
import type { LinksDeps } from "../../deps.js";

/** Seconds for each call of the provider. */
const TIMEOUT_SECONDS = 10;
/** Its keys and addresses change; the library asks for unknown keys by itself. */
const KNOWN_MS = 3_600_000;
export const CALLBACK = "/api/sign-in/oidc/callback";

export interface Oidc {
  /** What the button says. */
  name: string;
  /** What the provider says of itself, asked for once an hour. Throws `not_ready` when it cannot be asked. */
  discovered(): Promise<client.Configuration>;
}

/** The identity provider of this server; null = none is configured. */
export function createOidc({ config, logger }: Pick<LinksDeps, "config" | "logger">): Oidc | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret, OIDC_NAME: name } = config;
  if (issuer === undefined || id === undefined) return null;
  const options = {
    timeout: TIMEOUT_SECONDS,
    // Only a loopback address comes without https; see the setting.
    ...(issuer.startsWith("http:") ? { execute: [client.allowInsecureRequests] } : {}),
  };
  const authentication = secret === undefined ? client.None() : undefined;
  let known: { at: number; configuration: Promise<client.Configuration> } | null = null;
  return {
    name,
    async discovered() {
      if (known === null || performance.now() - known.at > KNOWN_MS)
        known = {
          at: performance.now(),
          configuration: client.discovery(new URL(issuer), id, secret, authentication, options),
        };
      try {
        return await known.configuration;
      } catch (cause) {
        known = null;
        logger.warn({ code: codeOf(cause) }, "sign_in.provider_failed");
        throw new AppError("not_ready", { cause });
      }
    },
  };
}

/** What went wrong, without what was sent or answered. */
export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";

import { AppError } from "@parley/contracts";
import * as client from "openid-client";
import type { LinksDeps } from "../../deps.js";

/** Timeout of each call to the provider, in seconds. */
const TIMEOUT_SECONDS = 10;
/** Its keys and addresses may change; the library fetches unknown keys by itself. */
const KNOWN_MS = 3_600_000;
export const CALLBACK = "/api/sign-in/oidc/callback";

export interface Oidc {
  /** Label of the button. */
  name: string;
  /** The provider's metadata, fetched once an hour. Throws `not_ready` when it is unreachable. */
  discovered(): Promise<client.Configuration>;
}

/** The identity provider of this server; null = none is configured. */
export function createOidc({ config, logger }: Pick<LinksDeps, "config" | "logger">): Oidc | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret, OIDC_NAME: name } = config;
  if (issuer === undefined || id === undefined) return null;
  const options = {
    timeout: TIMEOUT_SECONDS,
    // Only loopback addresses are allowed without https; see the setting.
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

/** The error code, without request or answer. */
export const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";

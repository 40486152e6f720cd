import { AppError, type beginOidc as contract } from "@parley/contracts";
import * as client from "openid-client";
import type { z } from "zod";
import type { LinksDeps } from "../../deps.js";
import { CALLBACK, type Oidc } from "./provider.js";

/** State that a browser must return from the provider: binds the answer to the browser that was sent there. */
export interface OidcState {
  state: string;
  nonce: string;
  verifier: string;
  until: number;
}

const STATE_MS = 600_000;
export const STATE_AAD = "sign-in by an identity provider";

/** Sends a browser to the provider: code flow with PKCE, state and nonce, which the browser keeps sealed. Nothing is stored here. */
export const beginOidc =
  (deps: LinksDeps, oidc: Oidc | null) => async (): Promise<z.input<typeof contract.response>> => {
    if (oidc === null) throw new AppError("not_found");
    const configuration = await oidc.discovered();
    const kept: OidcState = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      until: Date.now() + STATE_MS,
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: `${deps.config.PUBLIC_URL}${CALLBACK}`,
      scope: "openid email profile",
      state: kept.state,
      nonce: kept.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, state: deps.secrets.seal(JSON.stringify(kept), STATE_AAD) };
  };

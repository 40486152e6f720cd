import { integer, record, text } from "@parley/web-kit";
import { type Challenge, solveChallenge } from "altcha-lib";
import { deriveKey as derivePbkdf2 } from "altcha-lib/algorithms/web/pbkdf2";
import { deriveKey as deriveSha } from "altcha-lib/algorithms/web/sha";
import { readTurnstile, solveTurnstile } from "./turnstile.js";

/** Parallel searches for the solution; the hashing itself runs off the page's main thread. */
const STRANDS = 4;
const TIMEOUT_MS = 120_000;

/**
 * Solves the challenge of `GET challenge/{token}` and returns the `proof` that the server accepts: base64 of `{challenge, solution}`. The
 * page stays responsive meanwhile. Null when the challenge cannot be read or solved here: Web Crypto exists only on secure origins. Where
 * the operator uses Turnstile, its token is the proof.
 */
export async function solveProof(body: unknown): Promise<string | null> {
  const turnstile = readTurnstile(body);
  if (turnstile) return solveTurnstile(turnstile);
  const challenge = readChallenge(body);
  if (!challenge || !globalThis.crypto.subtle) return null;
  const controller = new AbortController();
  const strands = Math.max(1, Math.min(STRANDS, navigator.hardwareConcurrency || 1));
  const deriveKey = challenge.parameters.algorithm.startsWith("PBKDF2/") ? derivePbkdf2 : deriveSha;
  const search = async (counterStart: number) => {
    const options = { challenge, controller, counterStart, counterStep: strands, deriveKey, timeout: TIMEOUT_MS };
    const solution = await solveChallenge(options);
    if (solution) controller.abort();
    return solution;
  };
  try {
    const found = await Promise.all(Array.from({ length: strands }, (_, strand) => search(strand)));
    const solution = found.find((item) => item !== null);
    return solution ? encode({ challenge, solution }) : null;
  } catch {
    // An algorithm this page does not know, or invalid numbers.
    return null;
  } finally {
    controller.abort();
  }
}

/** The challenge as it came, since its signature covers every member; null when the members solving needs are missing. */
function readChallenge(body: unknown): Challenge | null {
  const { parameters: given, signature } = record(body);
  const parameters = record(given);
  const algorithm = text(parameters.algorithm);
  const nonce = text(parameters.nonce);
  const salt = text(parameters.salt);
  const cost = integer(parameters.cost);
  const keyLength = integer(parameters.keyLength);
  const keyPrefix = text(parameters.keyPrefix);
  if (algorithm === null || nonce === null || salt === null) return null;
  if (cost === null || keyLength === null || keyPrefix === null) return null;
  return {
    parameters: { ...parameters, algorithm, nonce, salt, cost, keyLength, keyPrefix },
    ...(typeof signature === "string" && { signature }),
  };
}

function encode(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

import { AppError } from "@parley/contracts";
import { checkSecrets, secretNames } from "@parley/workflow";
import { pointerOf } from "../invalid-document.js";
import type { TenantTransaction } from "../repository/agents.js";
import { secretNamesOf } from "./repository.js";

/** A version goes live only when its agent has all secrets that it names. Throws `secret_missing`. */
export async function requireSecrets(trx: TenantTransaction, agentId: string, document: unknown): Promise<void> {
  if (secretNames(document).length === 0) return;
  const missing = checkSecrets(document, await secretNamesOf(trx, agentId)).filter(
    ({ code }) => code === "unknown_secret",
  );
  if (missing.length === 0) return;
  const errors = missing.map(({ path, code, message }) => ({ pointer: pointerOf(path), rule: code, message }));
  throw new AppError("secret_missing", { errors });
}

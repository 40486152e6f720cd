import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Secrets this installation made for itself; an operator's own come from the environment and win. */
export interface PrivateKeys {
  SECRET_KEY: string;
  ADMIN_API_KEY: string;
}

/** Reads the keys of a data folder, or makes them once (mode 0600). Losing the file makes sealed values unreadable. */
export function privateKeys(dataDir: string): PrivateKeys {
  const file = join(dataDir, "keys.json");
  if (existsSync(file)) {
    const kept: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isKeys(kept)) return kept;
    throw new Error(`${file} does not hold the two keys it should; restore it, or start with --reset`);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const keys = {
    SECRET_KEY: randomBytes(32).toString("base64url"),
    ADMIN_API_KEY: randomBytes(32).toString("base64url"),
  };
  // Written whole or not at all: a crash in between must not leave half a key file.
  writeFileSync(`${file}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return keys;
}

function isKeys(value: unknown): value is PrivateKeys {
  return (
    typeof value === "object" &&
    value !== null &&
    "SECRET_KEY" in value &&
    typeof value.SECRET_KEY === "string" &&
    "ADMIN_API_KEY" in value &&
    typeof value.ADMIN_API_KEY === "string"
  );
}

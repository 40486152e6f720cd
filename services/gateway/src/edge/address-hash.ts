import { truncatedAddress } from "@parley/http";
import type { Secrets } from "@parley/secrets";

/** What is kept of an address: the keyed hash of it, or of its network. */
export type KeptAddresses = "truncated" | "full";

/** Hashes addresses; `about` keeps the hashes of one purpose apart from those of another. */
export const addressHash =
  (secrets: Pick<Secrets, "keyedHash">, kept: KeptAddresses) =>
  (bucket: string, about = ""): string =>
    secrets.keyedHash(about + (kept === "truncated" ? truncatedAddress(bucket) : bucket));

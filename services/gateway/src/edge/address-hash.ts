import { truncatedAddress } from "@parley/http";
import type { Secrets } from "@parley/secrets";

/** What is stored of an address: its keyed hash, or that of its network. */
export type KeptAddresses = "truncated" | "full";

/** Hashes addresses; `about` separates the hashes of different purposes. */
export const addressHash =
  (secrets: Pick<Secrets, "keyedHash">, kept: KeptAddresses) =>
  (bucket: string, about = ""): string =>
    secrets.keyedHash(about + (kept === "truncated" ? truncatedAddress(bucket) : bucket));

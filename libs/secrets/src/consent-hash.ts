import { createHash } from "node:crypto";

/** What a consent is kept with: sha256 (hex) of the text that was agreed to; null without a text. */
export const consentHash = (text: string | null): string | null =>
  text === null ? null : createHash("sha256").update(text, "utf8").digest("hex");

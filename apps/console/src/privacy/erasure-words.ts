import type { Erasure, ReceiptVerdict } from "../api/trust-calls.js";
import type { Tone } from "../ui/status.js";

export const STATES: Record<Erasure["state"], { tone: Tone; word: string }> = {
  waiting: { tone: "warn", word: "Waiting" },
  running: { tone: "accent", word: "Running" },
  done: { tone: "good", word: "Done" },
};

export const KINDS: Record<Erasure["subject"]["kind"], string> = { email: "A person", session: "One session" };

export const VERDICTS: Record<ReceiptVerdict["finding"], string> = {
  genuine: "This server has signed exactly this receipt, and it has this erasure.",
  altered: "It was not signed by this server in this form: it was changed, or signed with another key.",
  of_another_tenant: "It belongs to another tenant.",
  unknown_erasure:
    "Its signature is genuine, but this database has no such erasure, as after a restore of an older backup.",
};

/** `chat_messages` → "chat messages". */
export const storeWords = (name: string): string => name.replaceAll("_", " ");

/** What was removed: "2 sessions, 14 messages". */
export const removedWords = (removed: Record<string, number>): string =>
  Object.entries(removed)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count.toLocaleString()} ${storeWords(name)}`)
    .join(", ") || "nothing was there";

export const removedCount = ({ progress }: Erasure): number =>
  Object.values(progress.removed)
    .flatMap((store) => Object.values(store))
    .reduce((sum, count) => sum + count, 0);

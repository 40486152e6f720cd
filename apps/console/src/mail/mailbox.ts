import { signal } from "@preact/signals";
import type { Api } from "../api/api.js";

/** Whether this installation keeps its mails instead of sending them, and this token may read them. */
export const hasMailbox = signal(false);

/** Asks once: where a mail server is configured the mailbox is 404, and smaller roles get 403. */
export async function lookForMailbox(api: Api): Promise<void> {
  const answer = await api.mails(1);
  hasMailbox.value = answer.type === "ok";
}

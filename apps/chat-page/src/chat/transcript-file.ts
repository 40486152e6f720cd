import { formatLocale, t } from "../i18n/language.js";
import type { Api } from "../net/api.js";
import type { ChatState } from "./chat-state.js";
import { loadEarlier } from "./earlier.js";
import { saveFile } from "./save-file.js";
import type { Entry } from "./transcript.js";

const MAX_PAGES = 200;

/** Saves the whole conversation as a text file, including the part that is not on the page. False = it could not be fetched. */
export async function saveTranscript({ api, state }: { api: Api; state: ChatState }): Promise<boolean> {
  for (let page = 0; page < MAX_PAGES && state.earlierCursor.value !== null; page += 1) {
    await loadEarlier({ api, state, prepend: (change) => change() });
    if (state.earlierLoad.value.type === "failed") return false;
  }
  const link = state.link.value;
  const title = link?.title ?? link?.agentName ?? "Chat";
  const words = state.transcript.value.map((entry) => spoken(entry, link?.agentName ?? title));
  const text = new Blob([`${title}\n\n${words.join("\n\n")}\n`], { type: "text/plain" });
  saveFile(text, `${title.replace(/[^\p{L}\p{N} -]/gu, "").slice(0, 60) || "chat"}.txt`);
  return true;
}

function spoken(entry: Entry, agentName: string): string {
  const when = new Date(entry.createdAt ?? "");
  const format = new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium", timeStyle: "short" });
  const time = Number.isNaN(when.getTime()) ? "" : ` (${format.format(when)})`;
  if (entry.role === "assistant")
    return `${entry.human ? (entry.human.name ?? t("aPerson")) : agentName}${time}:\n${entry.text}`;
  const files = entry.files.map(({ name }) => `\n[${name}]`).join("");
  return `${t("you")}${time}:\n${entry.text}${files}`;
}

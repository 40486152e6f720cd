import OpenAI from "openai";
import { HISTORY_WINDOW, SYSTEM_PROMPT } from "../stack/agent.ts";

/** What every peer does in one turn, so that they differ only in how they keep it. */
const client = new OpenAI({ apiKey: "bench", baseURL: process.env.OPENAI_BASE_URL });

/** One streamed model call with the openai SDK as it comes; answers the whole text. */
export async function modelReply(history, text) {
  const stream = await client.chat.completions.create({
    model: "fake",
    messages: [{ role: "system", content: SYSTEM_PROMPT }, ...history, { role: "user", content: text }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let reply = "";
  for await (const chunk of stream) reply += chunk.choices[0]?.delta.content ?? "";
  return reply;
}

/** The state after a turn: the place moves when the message says so, the history keeps its window. */
export function stateAfter(state, text, reply) {
  const place = text.includes("move") ? (state.place === "here" ? "there" : "here") : state.place;
  const said = [
    { role: "user", content: text },
    { role: "assistant", content: reply },
  ];
  return { place, turns: state.turns + 1, history: [...state.history, ...said].slice(-HISTORY_WINDOW) };
}

export const FIRST_STATE = { place: "here", turns: 0, history: [] };

/** Tells the bench where the peer listens, and ends with it. */
export function announce(url, more = {}) {
  process.stdout.write(`${JSON.stringify({ url, ...more })}\n`);
  process.once("SIGTERM", () => process.exit(0));
}

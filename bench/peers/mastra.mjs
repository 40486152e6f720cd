import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { Agent } from "@mastra/core/agent";
import { Memory } from "@mastra/memory";
import { PostgresStore } from "@mastra/pg";
import { HISTORY_WINDOW, SYSTEM_PROMPT } from "../stack/agent.ts";
import { serveChat } from "./chat-server.mjs";

/** An agent with its memory in PostgreSQL: messages of the thread, no semantic recall. */
const provider = createOpenAICompatible({ name: "bench", baseURL: process.env.OPENAI_BASE_URL, apiKey: "bench" });
const agent = new Agent({
  name: "bench",
  instructions: SYSTEM_PROMPT,
  model: provider("fake"),
  memory: new Memory({
    storage: new PostgresStore({ connectionString: process.env.DATABASE_URL }),
    options: { lastMessages: HISTORY_WINDOW, semanticRecall: false, workingMemory: { enabled: false } },
  }),
});

await serveChat(async (id, text) => {
  const stream = await agent.stream(text, { memory: { thread: id, resource: id } });
  return stream.text;
});

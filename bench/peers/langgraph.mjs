import { Annotation, START, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { serveChat } from "./chat-server.mjs";
import { FIRST_STATE, modelReply, stateAfter } from "./turn.mjs";

/** A graph of one node; the PostgreSQL saver keeps a checkpoint at the beginning and after the node. */
const saver = PostgresSaver.fromConnString(process.env.DATABASE_URL);
await saver.setup();
const State = Annotation.Root({ text: Annotation, reply: Annotation, conversation: Annotation });
const graph = new StateGraph(State)
  .addNode("answer", async ({ text, conversation = FIRST_STATE }) => {
    const reply = await modelReply(conversation.history, text);
    return { reply, conversation: stateAfter(conversation, text, reply) };
  })
  .addEdge(START, "answer")
  .compile({ checkpointer: saver });

await serveChat(async (id, text) => {
  // "sync": the checkpoint is written before the answer, as a durable turn asks for.
  const { reply } = await graph.invoke({ text }, { configurable: { thread_id: id }, durability: "sync" });
  return reply;
});

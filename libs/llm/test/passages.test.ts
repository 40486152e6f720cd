import { replyInputBound } from "@parley/llm";
import { startModelServer } from "@parley/testkit";
import { expect, it } from "vitest";
import { never, openAiModel, replyRequest } from "./requests.js";

it("sends passages as a separate system message after the first, and counts them", async () => {
  const server = await startModelServer();
  const model = openAiModel(server.url);
  const request = replyRequest("hello", { passages: "Quoted passages." });
  await model.reply(request, { signal: never });
  await model.reply(replyRequest("hello"), { signal: never });
  expect(server.calls.map(({ messages }) => messages)).toEqual([
    [
      { role: "system", content: "Be helpful." },
      { role: "system", content: "Quoted passages." },
      { role: "user", content: "hello" },
    ],
    [
      { role: "system", content: "Be helpful." },
      { role: "user", content: "hello" },
    ],
  ]);
  const more = replyInputBound(request) - replyInputBound(replyRequest("hello"));
  expect(more).toBeGreaterThanOrEqual("Quoted passages.".length);
  model.close();
  await server.close();
});

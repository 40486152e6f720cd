import { Agent, request } from "node:http";
import type OpenAI from "openai";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ModelCall {
  baseUrl: string;
  client: OpenAI;
  messages: Message[];
  onText?: (text: string) => void;
}

const agent = new Agent({ keepAlive: true, scheduling: "lifo" });

/** Streams a reply with as little as Node needs for it. */
export function leanReply({ baseUrl, messages, onText }: ModelCall): Promise<string> {
  const body = JSON.stringify({ model: "fake", messages, stream: true, stream_options: { include_usage: true } });
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    authorization: "Bearer bench",
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${baseUrl}/chat/completions`, { agent, method: "POST", headers }, (response) => {
      let text = "";
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (!line.startsWith("data: {")) continue;
          // Test equipment: the model server is ours.
          const chunk = JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] };
          const piece = chunk.choices[0]?.delta.content;
          if (!piece) continue;
          text += piece;
          onText?.(piece);
        }
      });
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error("model"))));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The same with the openai SDK as it comes. */
export async function sdkReply({ client, messages, onText }: ModelCall): Promise<string> {
  const stream = await client.chat.completions.create({
    model: "fake",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  for await (const chunk of stream) {
    const piece = chunk.choices[0]?.delta.content;
    if (!piece) continue;
    text += piece;
    onText?.(piece);
  }
  return text;
}

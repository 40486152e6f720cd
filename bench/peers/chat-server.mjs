import Fastify from "fastify";
import { announce } from "./turn.mjs";

const body = { type: "object", required: ["message"], properties: { message: { type: "string", minLength: 1 } } };

/** `POST /chat/:id {message}` → `{response}`, for peers that are libraries. `turn(id, text)` resolves when the turn is kept. */
export async function serveChat(turn) {
  const app = Fastify({ logger: false });
  app.post("/chat/:id", { schema: { body } }, async (request) => ({
    response: await turn(request.params.id, request.body.message),
  }));
  announce(await app.listen({ port: 0, host: "127.0.0.1" }));
}

import { once } from "node:events";
import { createServer } from "node:http2";
import { createEndpointHandler, object } from "@restatedev/restate-sdk";
import { announce, FIRST_STATE, modelReply, stateAfter } from "./turn.mjs";

// The SDK counts on Node 22; this is all that it misses in Node 20.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

/** A virtual object per session: the server keeps its state and journals the model call. Requests go to the server's ingress. */
const chat = object({
  name: "chat",
  handlers: {
    turn: async (ctx, { message }) => {
      const state = (await ctx.get("state")) ?? FIRST_STATE;
      const reply = await ctx.run("model", () => modelReply(state.history, message));
      ctx.set("state", stateAfter(state, message, reply));
      return { response: reply };
    },
  },
});

const server = createServer(createEndpointHandler({ services: [chat] }));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { ADMIN_URL, INGRESS_URL } = process.env;
const uri = `http://127.0.0.1:${server.address().port}`;
const answer = await fetch(`${ADMIN_URL}/deployments`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ uri, force: true }),
});
if (!answer.ok) throw new Error(`restate: ${answer.status} ${await answer.text()}`);
announce(INGRESS_URL);

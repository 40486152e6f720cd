import type { ServerResponse } from "node:http";
import websocket from "@fastify/websocket";
import { AppError } from "@parley/contracts";
import { type HttpApp, limitUpgrades } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { openSocket } from "../../channel/open-socket.js";
import { createSocketHub } from "../../channel/socket-hub.js";
import { redeemTicket } from "../../channel/tickets.js";
import type { GatewayContext } from "../../context.js";
import { guardAddresses } from "../../edge/address-limit.js";
import { bearerOf, participate, requireOwn } from "../../edge/channel.js";
import { requirePlace } from "../../edge/geo-rules.js";
import { requireOrigin } from "../../edge/origin.js";
import { answers } from "../declare-route.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Why a socket may not be opened; null = it may. */
    refusal: unknown;
    /** The HTTP answer to the handshake. */
    answer: ServerResponse;
  }
}

const MAX_FRAME_BYTES = 65_536;
const PROTOCOL = "parley.v1";
/** Paths that the route matches; any other upgrade is answered as a plain request. */
const SOCKET_PATH = /^\/ws\/chat\/[\w.-]{1,128}\/[\w.-]{1,128}(\?|$)/;

const params = z.object({ conversation_id: z.string(), user_id: z.string() });
const query = z.object({ ticket: z.string().max(2_000).optional(), after: z.string().max(500).optional() });

/** Sockets of the widget channel. */
export async function registerSockets(app: HttpApp, context: GatewayContext): Promise<void> {
  const { config, metrics } = context;
  const hub = createSocketHub({ metrics, timeoutMs: config.CHAT_CONNECTION_TIMEOUT * 1_000 });
  app.decorateRequest("visit");
  app.decorateRequest("participant");
  app.decorateRequest("suspicion", 0);
  app.decorateRequest("refusal", null);
  app.decorateRequest("answer");
  await app.register(websocket, {
    options: {
      maxPayload: MAX_FRAME_BYTES,
      // Each socket would keep a compression window, about as much memory as ten sockets (ADR 0053).
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    },
    preClose: (done) => {
      hub.closeAll();
      done();
    },
  });
  limitUpgrades(app.server, ({ method, url, headers }) => {
    return method === "GET" && SOCKET_PATH.test(url ?? "") && headers.upgrade?.toLowerCase() === "websocket";
  });
  guardAddresses(app, context);
  app.route({
    method: "GET",
    url: "/ws/chat/:conversation_id/:user_id",
    exposeHeadRoute: false,
    config: { longLived: true },
    schema: {
      summary: "Open a socket",
      description:
        "WebSocket. The session token comes as `Authorization: Bearer`, as a subprotocol (`parley.v1, bearer.<token>`) or as a `ticket`. `after` resumes behind an event. Frames and close codes: docs/chat-channel.md.",
      tags: ["widget"],
      security: [{ session: [] }],
      params,
      querystring: query,
      response: answers({ 101: z.null().describe("The connection is a WebSocket from then on") }),
    },
    onRequest: async () => context.streams.enter(),
    preHandler: async (request, reply) => {
      if (!request.ws) return;
      request.answer = reply.raw;
      request.refusal = await refusalOf(context, request);
    },
    handler: async () => {
      throw new AppError("upgrade_required");
    },
    wsHandler: (ws, request) => {
      letGo(request);
      openSocket(context, hub, { ws, request, refusal: request.refusal });
    },
  });
}

/** The request ends with the upgrade: its log line is written now, and the socket keeps nothing of it. */
function letGo({ answer, raw }: FastifyRequest): void {
  answer.statusCode = 101;
  answer.detachSocket(raw.socket);
  answer.emit("close");
}

/** Why a socket may not be opened; null = it may. */
async function refusalOf(context: GatewayContext, request: FastifyRequest): Promise<unknown> {
  try {
    await participate(context, request, await tokenOf(context, request));
    await requirePlace(context, request);
    requireOrigin(context, request);
    requireOwn(request);
    return null;
  } catch (error) {
    return error;
  }
}

/** The session token of a handshake, in any of the supported places; null = none. */
async function tokenOf(context: GatewayContext, request: FastifyRequest): Promise<string | null> {
  const { ticket } = query.parse(request.query);
  if (ticket !== undefined) return redeemTicket(context, ticket);
  const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
  const bearer = offered.find((name) => name.startsWith("bearer."));
  return bearer?.slice("bearer.".length) ?? bearerOf(request);
}

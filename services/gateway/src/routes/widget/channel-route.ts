import type { HttpApp } from "@parley/http";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { type Answer, type Answers, type Call, declareRoute, type RouteSpec } from "../declare-route.js";

const SURFACE = { tags: ["widget"], security: [{ session: [] }] };

/** Registers one route of the channel; its conversation and user were already compared with the session token. */
export type ChannelRoute = (app: HttpApp, context: GatewayContext) => void;

export const channelRoute =
  <
    A extends Answers,
    P extends z.ZodType = z.ZodUnknown,
    Q extends z.ZodType = z.ZodUnknown,
    B extends z.ZodType = z.ZodUnknown,
  >(
    declared: RouteSpec<P, Q, B, A> & { handle(call: Call<P, Q, B>, context: GatewayContext): Promise<Answer<A>> },
  ): ChannelRoute =>
  (app, context) => {
    const { handle, ...spec } = declared;
    declareRoute(app, SURFACE, { spec, handle: (call) => handle(call, context) });
  };

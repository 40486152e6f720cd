import {
  continueVerified,
  createSession,
  endSession,
  openVerified,
  setPageContext,
  tokenSubject,
} from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { createSessionHandler } from "./create-session.js";
import { endSessionHandler } from "./end-session.js";
import { continueVerifiedHandler, openVerifiedHandler } from "./open-verified.js";
import { setPageContextHandler } from "./set-page-context.js";
import { tokenSubjectHandler } from "./token-subject.js";

/** Serves opening and ending sessions, and their ownership. */
export function bindLifecycle(deps: HandlerDeps): void {
  const { bus } = deps;
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  bus.serve(createSession, createSessionHandler(deps), bound);
  bus.serve(openVerified, openVerifiedHandler(deps), bound);
  bus.serve(continueVerified, continueVerifiedHandler(deps), bound);
  bus.serve(endSession, endSessionHandler(deps), bound);
  bus.serve(setPageContext, setPageContextHandler(deps), bound);
  bus.serve(tokenSubject, tokenSubjectHandler(deps), bound);
}

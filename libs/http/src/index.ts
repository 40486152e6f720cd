export { type AddressReader, addressBucket, createAddressReader, truncatedAddress } from "./client-address.js";
export { closeServer } from "./close-server.js";
export { type CookieOptions, readCookie, writeCookie } from "./cookies.js";
export type { HttpApp } from "./http-app.js";
export { decodeText, parseJsonBody } from "./json-body.js";
export { JSON_TYPES, requireMediaType } from "./media-type.js";
export { collectOpenApi, type OpenApiInfo, serveOpenApi } from "./openapi.js";
export { type Problem, problemType, toAppError, toProblem } from "./problem.js";
export { type RateLimitState, rateLimitHeaders } from "./rate-limit-headers.js";
export { hasBody } from "./raw-body.js";
export { API_CSP, BASE_HEADERS, pageCsp } from "./security-headers.js";
export { PROBLEM_TYPE, sendProblem } from "./send-problem.js";
export { createHttpServer, type HttpServerOptions, notFound } from "./server.js";
export {
  explainRefusal,
  type SignedParts,
  type SignedRequest,
  signRequest,
  type VerifiedSignature,
  type VerifyOptions,
  verifySignature,
} from "./signature.js";
export { createSseHub, type SseHub, type SseMessage, type SseOptions, type SseStream, sseFrame } from "./sse.js";
export { serveImmutable } from "./static-files.js";
export { limitUpgrades } from "./upgrades.js";

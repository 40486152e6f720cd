export type { RetryOptions } from "./backoff.js";
export { type Chat, type ChatClient, type ChatMessage, type ChatState, createChat } from "./chat.js";
export {
  type CallOptions,
  createParleyClient,
  type ParleyClient,
  type ParleyClientOptions,
  type RepeatableOptions,
  type SendOptions,
  type Sessions,
  type SubmitOptions,
} from "./client.js";
export { type FieldProblem, ParleyError } from "./errors.js";
export { type FollowOptions, followEvents } from "./follow-events.js";
export type { Operations, Schemas } from "./operations.js";
export {
  type Answer,
  createOwnerClient,
  type Input,
  type Item,
  type JsonOperation,
  type ListOperation,
  type OperationName,
  type OwnerCalls,
  type OwnerClient,
  type OwnerOptions,
} from "./owner.js";
export { computeSignature, type SignatureParts } from "./signature.js";
export {
  type Call,
  type ConnectionOptions,
  type Credentials,
  createTransport,
  newId,
  type Transport,
} from "./transport.js";
export type * from "./types.js";
export { createUseChat, type ReactHooks, type UsedChat } from "./use-chat.js";
export type { WaitOptions } from "./wait-for-turn.js";

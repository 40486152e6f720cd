export { startClaimLoop } from "./claim-loop.js";
export { startLookout } from "./lookout.js";
export { type Outbox, sendOutbox, startOutbox } from "./outbox.js";
export { type LookoutFor, type Poll, startPoll } from "./poll.js";
export { retryAfter } from "./retry-after.js";
export type { Lookout } from "./watched.js";

export { startClaimLoop } from "./claim-loop.js";
export { type Outbox, sendOutbox, startOutbox } from "./outbox.js";
export { type Poll, startPoll } from "./poll.js";
export { retryAfter } from "./retry-after.js";

export type { Bus, BusOptions, CallOptions, Listener, PublishOptions, RpcContext } from "./bus.js";
export { connectBus } from "./connect-bus.js";
export { usersConfig } from "./permissions.js";
export { takeWithinBytes } from "./take-within-bytes.js";
export { type Followed, watchFollowed } from "./watch-followed.js";

export type {
  Bus,
  BusOptions,
  BusStatus,
  CallOptions,
  Listener,
  PublishOptions,
  RpcContext,
  WorkHandler,
  WorkOptions,
} from "./bus.js";
export { connectBus } from "./connect-bus.js";
export { passwordVariable, usersConfig } from "./permissions.js";
export { MINIMUM_VERSION, missingFeatures } from "./server-features.js";
export { takeWithinBytes } from "./take-within-bytes.js";
export { STREAMS, type StreamName } from "./topology.js";
export { type Followed, watchFollowed } from "./watch-followed.js";

export type {
  Bus,
  BusOptions,
  BusStatus,
  CallOptions,
  Handler,
  PublishOptions,
  RpcContext,
  WorkContext,
  WorkOptions,
} from "./bus.js";
export { connectBus } from "./connect-bus.js";
export { DEAD_HEADERS } from "./dead-letter.js";
export { passwordVariable, usersConfig } from "./permissions.js";
export { MINIMUM_VERSION, missingFeatures } from "./server-features.js";
export { STREAMS, type StreamName } from "./topology.js";

export { type Clock, type ClockOptions, createClock } from "./clock.js";
export { connectionConfig } from "./connections.js";
export { onEndingSignals } from "./ending-signals.js";
export { generateEnvExample } from "./generate-env-example.js";
export {
  type Component,
  createLifecycle,
  type Lifecycle,
  type LifecycleOptions,
  type LifecyclePart,
  type Readiness,
} from "./lifecycle.js";
export { ConfigError, loadConfig } from "./load-config.js";
export { createOpsServer, type OpsServer, type OpsServerOptions, type Scaling } from "./ops-server.js";
export { readUntrusted } from "./read-untrusted.js";
export { processConfig, type RunOptions, runService, type ServiceContext } from "./run-service.js";
export { mailConfig, publicUrlConfig } from "./shared-config.js";
export {
  createUntrustedReader,
  type ReaderLimits,
  type UntrustedReader,
  type UntrustedReaderOptions,
} from "./untrusted-reader.js";
export { DeadlineError, within } from "./within.js";

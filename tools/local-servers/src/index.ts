export {
  type ResolveOptions,
  type Row,
  type RunningStores,
  type Store,
  type StoreSource,
  StoresError,
  type StoresErrorCode,
} from "./contract.js";
export { removeDataFolder } from "./data-folder.js";
export { findPostgres } from "./find-programs.js";
export { natsUrlOf } from "./nats-server.js";
export { type PostgresClient, withPostgresClient } from "./postgres-client.js";
export type { PrivateServer } from "./private-server.js";
export { resolveStores } from "./resolve-stores.js";
export { type OwnServer, startOwnServer } from "./start-private.js";
export { sweepAbandonedFolders } from "./sweep.js";
export { formatTable } from "./table.js";

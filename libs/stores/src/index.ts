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
export { type PrivateServer, startPrivateNats, startPrivatePostgres, startPrivateRedis } from "./private-server.js";
export { resolveStores } from "./resolve-stores.js";
export { sweepAbandonedFolders } from "./sweep.js";
export { formatTable } from "./table.js";

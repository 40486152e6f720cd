/** Where a store came from. `memory` exists for Redis only and is not a server: the store is then `null`. */
export type StoreSource = "environment" | "program" | "npm" | "docker";

export type StoreName = "postgres" | "nats" | "redis";

/** One running store, ready to be connected to. */
export interface Store {
  /** Address with credentials; never print it. */
  url: string;
  /** PostgreSQL only: address of the owner of the cluster. */
  adminUrl?: string;
  version: string;
  from: StoreSource;
  port: number;
  /** Folder with the files of the store; null when the store is not ours. */
  data: string | null;
  /** Process id of a private server; missing for environment and docker. */
  pid?: number;
}

/** One line of the table "store | version | from | port | data" printed at start. Holds no secret. */
export interface Row {
  store: string;
  version: string;
  from: string;
  port: string;
  data: string;
}

export interface RunningStores {
  postgres: Store;
  nats: Store;
  /** `null` means the memory driver: one gateway process only, limits reset on restart. */
  redis: Store | null;
  table: Row[];
  /** Stops what was started here (Redis, NATS, PostgreSQL in this order) and frees the data folder. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ResolveOptions {
  /** Private folder for the servers' files, settings and logs; created with mode 0700. */
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** `test` gives up surviving a power cut (no fsync) for speed and expects a throw-away folder. */
  mode: "start" | "test";
  /** Receives one line per phase, for people. Never contains credentials. */
  report(line: string): void;
  /** When true, a missing Redis is an error instead of the memory driver. */
  requireRedis?: boolean;
  /** Fills DATABASE_URL, NATS_URL and REDIS_URL with the standard loopback addresses where they are not set. */
  useRunning?: boolean;
}

export type StoresErrorCode =
  | "address_unreachable"
  | "data_folder_in_use"
  | "data_folder_unusable"
  | "server_did_not_start"
  | "stores_missing"
  | "version_too_old";

/** A failure whose message is written for the person at the terminal: print it, do not show a stack. */
export class StoresError extends Error {
  constructor(
    readonly code: StoresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "StoresError";
  }
}

/** The first line of an unknown error, for a reason shown to people. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split("\n", 1)[0] ?? message;
}

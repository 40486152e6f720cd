import type { EventContract, LiveContract, RpcContract, WorkContract } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import type { z } from "zod";

export interface BusOptions {
  /** One address or several separated by commas: `nats://user:password@host:4222`. `tls://` switches TLS on. */
  url: string;
  /** Shown in the server's connection list. */
  name: string;
  logger: Logger;
  metrics?: Metrics;
  /**
   * Shared key of all services that call or answer. With it calls are signed, and calls not signed with it are refused;
   * without it only facts, hints and live messages are safe to handle.
   */
  callKey?: Uint8Array;
  /** Further accepted call keys: those of services that temporarily have another master key. */
  acceptedCallKeys?: readonly Uint8Array[];
  /** Every service is in this process and calls the others directly: the bus is usable without the server. */
  alone?: boolean;
  /** Replicas of every stream; 1 unless the servers form a cluster. */
  replicas?: number;
}

export interface CallOptions {
  /** Milliseconds; default from the contract. */
  deadlineMs?: number;
  /** Stops waiting; the other side may still finish. */
  signal?: AbortSignal;
  /** Correlates log lines of both sides. */
  requestId?: string;
}

export interface RpcContext {
  /** `performance.now()` value after which no caller waits for the answer. */
  readonly deadlineAt: number;
  /** Aborts at the deadline and when the bus is closed. */
  readonly signal: AbortSignal;
  readonly requestId: string;
}

export interface PublishOptions {
  /** Last token of the subject; characters that a subject cannot hold are encoded. */
  key: string;
  /** Two publishes with one id inside the duplicate window are stored once. */
  msgId: string;
}

export interface WorkOptions {
  /** Hints processed concurrently. */
  concurrency: number;
}

interface BusStatus {
  connected: boolean;
  /** Other services can be called: connected, or all of them are in this process. */
  usable: boolean;
  serverVersion: string | null;
  /** Features that this server lacks, worded for an operator. */
  missing: string[];
}

/** `key`: the last token of the subject, decoded. */
export type Listener<S extends z.ZodType> = (message: z.output<S>, context: { key: string }) => Promise<void>;
/** `signed` false: anybody on the bus may have sent the hint. It only says where to look; its content must not be trusted. */
export type WorkHandler<S extends z.ZodType> = (message: z.output<S>, context: { signed: boolean }) => Promise<void>;

/**
 * The bus notifies, it does not decide: rpc, hints and live messages may get lost with a process, stored messages with the store.
 * Everything that must not be lost is in the database first.
 */
export interface Bus {
  /** Id of this process's workers, unique per process: a hint can be sent to them first. */
  readonly id: string;
  /**
   * Calls a service: directly where this bus serves it, else over the server. Rethrows an AppError of the other side with code, extra,
   * errors and retryAfterSeconds; no responder or no connection is `not_ready`, no answer within the deadline is `overloaded`. Never
   * retried here.
   */
  call<Q extends z.ZodType, R extends z.ZodType>(
    contract: RpcContract<Q, R>,
    input: z.input<Q>,
    options?: CallOptions,
  ): Promise<z.output<R>>;
  /** Answers calls; replicas of one service share them. Above `maxInFlight` (256) callers get `overloaded` at once. */
  serve<Q extends z.ZodType, R extends z.ZodType>(
    contract: RpcContract<Q, R>,
    handler: (input: z.output<Q>, context: RpcContext) => Promise<z.input<R>>,
    options?: { maxInFlight?: number },
  ): void;
  /**
   * Stores a fact; resolves when the server has it. The listeners of this bus get it at once, whether or not it can be
   * stored. Throws `not_ready` or `overloaded` (stream full) within 2 s.
   */
  publish<S extends z.ZodType>(contract: EventContract<S>, message: z.input<S>, options: PublishOptions): Promise<void>;
  /**
   * Deletes the facts with this key from the store and returns how many there were. Throws while there is no connection; a missing
   * store counts as empty.
   */
  eraseFacts(key: string): Promise<number>;
  /** Sends to the current listeners. Never fails, never waits; dropped while disconnected. */
  publishLive<S extends z.ZodType>(contract: LiveContract<S>, key: string, message: z.input<S>): void;
  /**
   * Notifies one worker that the database has work for it: directly where this bus has one, else one of the replicas. Never waits and
   * is not stored, so it may get lost: workers also check the database by themselves. False = already lost: no connection.
   * `worker`: id of the bus whose worker gets it if it is running and has a free slot, because it has the subject of the hint cached.
   */
  hint<S extends z.ZodType>(
    contract: WorkContract<S>,
    key: string,
    message: z.input<S>,
    options?: { worker?: string | null },
  ): boolean;
  /**
   * Processes hints, `concurrency` at a time; further ones wait. A RetryableError with `afterMs` is retried after that time, any other
   * error is logged. Handlers must be idempotent. The returned function stops accepting hints, passes waiting ones to other replicas,
   * and resolves when the running work is done.
   */
  work<S extends z.ZodType>(
    contract: WorkContract<S>,
    handler: WorkHandler<S>,
    options: WorkOptions,
  ): () => Promise<void>;
  /** Every replica receives what is published while it is connected; errors are logged. */
  listen<S extends z.ZodType>(contract: EventContract<S>, handler: Listener<S>): void;
  /** Live messages for one key; the returned function stops listening. */
  listenLive<S extends z.ZodType>(
    contract: LiveContract<S>,
    key: string,
    handler: (message: z.output<S>) => void,
  ): () => void;
  /**
   * Resolves when the server knows the registrations so far, so that calls of others arrive here; at once without a
   * connection, and after 2 s in any case. Never fails.
   */
  settled(): Promise<void>;
  status(): BusStatus;
  /** Called whenever this process receives anything; the returned function ends that. Must be nearly free. */
  onActivity(listener: () => void): () => void;
  /** Called after each reconnect: messages may have been missed, so drop caches they keep fresh and look for work they announce. */
  onReconnect(listener: () => void): void;
  /** Accepts nothing new, finishes running work and calls (at most 25 s), then closes. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

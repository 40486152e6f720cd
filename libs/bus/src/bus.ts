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
   * Key of every service that calls or answers. With it calls are signed, and those that are not signed with it are refused;
   * without it only facts, hints and live messages are safe to handle.
   */
  callKey?: Uint8Array;
  /** Further keys that calls may be signed with: those of services that have another master key for a while. */
  acceptedCallKeys?: readonly Uint8Array[];
  /** Every service is in this process and calls the others directly: it is of use without the server. */
  alone?: boolean;
  /** Copies of every stream; 1 unless the servers form a cluster. */
  replicas?: number;
}

export interface CallOptions {
  /** Milliseconds; default from the contract. */
  deadlineMs?: number;
  /** Gives up waiting; the other side may still finish. */
  signal?: AbortSignal;
  /** Correlates log lines of both sides. */
  requestId?: string;
}

export interface RpcContext {
  /** `performance.now()` value after which nobody waits for the answer. */
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
  /** Hints worked on at once. */
  concurrency: number;
}

interface BusStatus {
  connected: boolean;
  /** Others can be called: connected, or all of them are in this process. */
  usable: boolean;
  serverVersion: string | null;
  /** What this server cannot do, in words for an operator. */
  missing: string[];
}

/** `key`: the last token of the subject, decoded. */
export type Listener<S extends z.ZodType> = (message: z.output<S>, context: { key: string }) => Promise<void>;
/** `signed` false: anybody on the bus may have given the hint. It says where to look, and nothing in it is to be believed. */
export type WorkHandler<S extends z.ZodType> = (message: z.output<S>, context: { signed: boolean }) => Promise<void>;

/**
 * The bus wakes, it does not decide: rpc, hints and live messages may get lost with a process, stored messages with the store.
 * Everything that must not be lost is in the database first.
 */
export interface Bus {
  /** Of this process's workers: a hint can be given to them first. Another one in each process. */
  readonly id: string;
  /**
   * Calls a service: directly where this bus serves it, else over the server. An AppError of the other side is thrown again with code, extra, errors and retryAfterSeconds; nobody
   * there or no connection is `not_ready`, no answer within the deadline is `overloaded`. Never retried here.
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
   * Stores a fact; resolves when the server has it. It is also told to the listeners of this bus at once, whatever comes of the
   * store. Throws `not_ready` or `overloaded` (stream full) within 2 s.
   */
  publish<S extends z.ZodType>(contract: EventContract<S>, message: z.input<S>, options: PublishOptions): Promise<void>;
  /**
   * Takes the facts with this key out of the store and answers how many there were. Throws while there is no connection; a store
   * that is not there holds nothing.
   */
  eraseFacts(key: string): Promise<number>;
  /** Sends to the listeners of this moment. Never fails, never waits; dropped while disconnected. */
  publishLive<S extends z.ZodType>(contract: LiveContract<S>, key: string, message: z.input<S>): void;
  /**
   * Tells one worker that the database holds work for it: straight where this bus has one, else one of the replicas. Never waits and
   * is not stored, so it may get lost: workers also look at the database by themselves. False = it was lost already: no connection.
   * `worker`: id of the bus whose worker gets it if it is there and has a free slot, because it remembers what the hint is about.
   */
  hint<S extends z.ZodType>(
    contract: WorkContract<S>,
    key: string,
    message: z.input<S>,
    options?: { worker?: string | null },
  ): boolean;
  /**
   * Works on hints, `concurrency` at a time; the next ones wait. A RetryableError with `afterMs` is tried again after it, any other
   * error is logged. Handlers must be idempotent. The answer stops taking hints, gives those that wait to other replicas, and
   * resolves when the work in hand is done.
   */
  work<S extends z.ZodType>(
    contract: WorkContract<S>,
    handler: WorkHandler<S>,
    options: WorkOptions,
  ): () => Promise<void>;
  /** Every replica sees what is published while it is connected; errors are logged. */
  listen<S extends z.ZodType>(contract: EventContract<S>, handler: Listener<S>): void;
  /** Live messages for one key; the answer stops listening. */
  listenLive<S extends z.ZodType>(
    contract: LiveContract<S>,
    key: string,
    handler: (message: z.output<S>) => void,
  ): () => void;
  /**
   * Resolves when the server knows what was registered so far, so that calls of others arrive here; without a connection at
   * once, and after 2 s in any case. Never fails.
   */
  settled(): Promise<void>;
  status(): BusStatus;
  /** Called whenever this process is asked or told anything; the answer ends it. Must cost nothing. */
  onActivity(listener: () => void): () => void;
  /** Called after each reconnect: messages may have been missed, drop what they keep fresh, look for what they hint at. */
  onReconnect(listener: () => void): void;
  /** Takes no more, finishes the work and the calls in hand (at most 25 s), then closes. */
  drain(): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

import type { Logger, Metrics } from "@parley/observability";

/** A secret that a request carries in its address or its headers. */
export interface CarriedSecret {
  value: string;
  /** Host names it may be sent to, `*.` for all below a name. */
  hosts: readonly string[];
}

export interface OutboundRequest {
  method: string;
  /** Absolute http or https address without credentials. */
  url: string;
  /** May hold secrets; never logged. Names and values are checked, and those that say how a message is carried are refused. */
  headers?: Record<string, string>;
  /** Added to the URL's own query. */
  query?: Record<string, string>;
  body?: string | Buffer | null;
  /** The whole request: waiting for a slot, names, redirects and the body included. */
  timeoutMs: number;
  /** A longer body is `too_large`; not one byte more than a chunk above it is read. */
  maxBytes: number;
  /** Host names that may be called, `*.` for all below a name; null = any. Holds for each redirect too. */
  allowedHosts?: readonly string[] | null;
  /** Whoever is called, first or after a redirect, is one of the hosts of each; an answer that repeats their values has a mask there. */
  secrets?: readonly CarriedSecret[];
  /** Redirects followed, each with all checks; 0 = a 3xx is the answer. */
  maxRedirects?: number;
  tenantId: string;
  signal?: AbortSignal;
}

export type RefusalReason =
  | "bad_url"
  | "bad_method"
  | "bad_header"
  | "host_not_allowed"
  | "secret_not_allowed"
  | "port_not_allowed"
  | "private_address"
  | "too_many_redirects"
  | "too_many_calls";

/**
 * How a request went. `answered` says nothing about the status. The text of an error never holds the address or a header.
 */
export type OutboundResult =
  | { type: "answered"; status: number; headers: Record<string, string>; body: Buffer; redirects: number; ms: number }
  /** Not sent, or not followed any further: a rule forbids it, so a repetition is useless. */
  | { type: "refused"; reason: RefusalReason; ms: number }
  | { type: "timeout"; ms: number }
  | { type: "too_large"; status: number; ms: number }
  /** Name not found, connection refused or broken, a certificate that does not hold, an answer that is not HTTP. */
  | { type: "unreachable"; reason: string; ms: number };

export interface Outbound {
  /** Never throws for what the other side does. Throws the signal's reason when the caller gives up. */
  request(request: OutboundRequest): Promise<OutboundResult>;
  /** Closes idle connections; requests in hand are cut off. */
  close(): Promise<void>;
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<string[]>;

export interface OutboundOptions {
  /** Networks that may be called although they are not public. */
  allowedCidrs?: readonly string[];
  /** Adds loopback, for tests. */
  allowTestHooks?: boolean;
  logger: Logger;
  metrics: Metrics;
  /** Requests one tenant may have under way; more wait for a slot within their own time. */
  perTenant?: number;
  /** Replaces the system's resolver. */
  resolve?: Resolve;
}

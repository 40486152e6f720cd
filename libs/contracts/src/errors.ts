/**
 * Every failure the product can tell a caller about, declared once: code → HTTP status, title, public sentence.
 * `docs/errors.md` is generated from this table. Sentences never carry values of the request.
 */
export const ERRORS = {
  // 400: cannot be parsed or framed
  malformed_json: [400, "Malformed JSON", "The body is not valid JSON."],
  malformed_request: [400, "Malformed request", "The request cannot be parsed."],
  // 401
  invalid_signature: [
    401,
    "Invalid credentials",
    "The request signature is missing, wrong or outside its time window.",
  ],
  invalid_token: [401, "Invalid credentials", "The access token is missing, wrong or expired."],
  identity_expired: [
    401,
    "Identity expired",
    "The identity provided by this site has expired; reload the page to get a new one.",
  ],
  identity_refused: [401, "Identity refused", "The identity provided by this site cannot be accepted."],
  session_token_invalid: [401, "Session token invalid", "The session token is missing, wrong or expired."],
  // 403
  access_pending: [403, "Access requested", "Your request to use this agent is awaiting its owner's approval."],
  address_not_allowed: [403, "Address not allowed", "This link cannot be used from this network."],
  consent_required: [403, "Consent required", "Agree to the terms of this link before using it."],
  cross_site_request: [
    403,
    "Cross-site request",
    "A call with the console's cookie must come from the console itself and carry the header X-Parley-Console.",
  ],
  country_not_allowed: [403, "Country not allowed", "This link cannot be used from this country."],
  feature_disabled: [403, "Feature disabled", "This feature is not enabled for this link."],
  forbidden: [403, "Not allowed", "These credentials do not allow this call."],
  origin_not_allowed: [403, "Origin not allowed", "This link cannot be used from this site."],
  pin_required: [403, "PIN required", "This link requires a PIN."],
  pin_wrong: [403, "PIN wrong", "The PIN is wrong."],
  proof_required: [403, "Proof required", "Solve the challenge of this link first."],
  sign_in_refused: [
    403,
    "Sign-in refused",
    "You could not be signed in with this account; ask an administrator for an invitation.",
  ],
  tool_disabled: [403, "Tool disabled", "This MCP tool is disabled for this agent; its owner can enable it."],
  verification_required: [403, "Verification required", "Confirm an e-mail address before using this link."],
  // 404
  access_request_not_found: [404, "Access request not found", "No such access request of this agent."],
  agent_not_found: [404, "Agent not found", "No such agent, or the agent has no such version."],
  alert_not_found: [404, "Alert not found", "No such alert."],
  dead_letter_not_found: [404, "Dead letter not found", "No such dead letter."],
  delivery_not_found: [404, "Delivery not found", "No such delivery."],
  document_not_found: [404, "Document not found", "No such document in the knowledge base of this agent."],
  draft_not_found: [404, "Draft not found", "You have no such draft of this agent."],
  erasure_not_found: [404, "Erasure not found", "No such erasure."],
  escalation_not_found: [404, "Escalation not found", "No such escalation."],
  file_not_found: [404, "File not found", "No such file in this session, or it was sent before."],
  link_not_found: [404, "Link not found", "No such link."],
  link_unavailable: [404, "Link unavailable", "This link is not available."],
  memory_not_found: [404, "Memory not found", "This agent has no memory of that person."],
  memory_revision_not_found: [404, "Revision not found", "This memory has no such revision, or it is no longer kept."],
  message_not_found: [404, "Message not found", "No such message in this session."],
  not_found: [404, "Not found", "Nothing exists at this address."],
  review_not_found: [404, "Verdict not found", "This session has no verdict."],
  note_not_found: [404, "Note not found", "No such note on this session."],
  saved_reply_not_found: [404, "Saved reply not found", "No such saved reply."],
  schedule_not_found: [404, "Schedule not found", "No such schedule."],
  secret_not_found: [404, "Secret not found", "The agent has no secret of this name."],
  session_not_found: [404, "Session not found", "No such session."],
  suppression_not_found: [404, "Suppression not found", "No such suppressed address."],
  turn_not_found: [404, "Turn not found", "No such turn in this session."],
  template_not_found: [404, "Template not found", "No such template."],
  user_not_found: [404, "User not found", "No such user."],
  version_not_found: [404, "Version not found", "The agent has no such version."],
  webhook_not_found: [404, "Webhook not found", "No such webhook."],
  // 405
  method_not_allowed: [405, "Method not allowed", "This address does not support this method."],
  // 408
  request_timeout: [408, "Request timeout", "The request took too long to arrive."],
  // 409
  agent_has_no_version: [409, "Agent has no active version", "Activate a version of this agent first."],
  agent_in_use: [409, "Agent in use", "This agent has live links or sessions; end them first, or force it."],
  conflict: [409, "Conflict", "The object was changed at the same time; read it again and repeat."],
  escalation_assigned: [409, "Escalation assigned", "Another operator has this escalation; it can be transferred."],
  escalation_not_assigned: [409, "Escalation not assigned", "This escalation is not assigned yet; assign it first."],
  escalation_resolved: [409, "Escalation resolved", "This escalation is already resolved."],
  idempotency_in_progress: [409, "Request in progress", "A request with this idempotency key is still running."],
  link_address_unknown: [
    409,
    "Address not kept",
    "The address of this link was shown once and not stored; create a new link to get an address.",
  ],
  last_owner: [
    409,
    "Last owner",
    "Without this user the tenant would have no owner who has signed in; appoint another owner first.",
  ],
  last_token: [
    409,
    "Last token",
    "Without this token nobody could manage the tenant; create another token with its role first.",
  ],
  name_taken: [409, "Name taken", "Another object already has this name."],
  secret_missing: [
    409,
    "Secret missing",
    "This version names a secret that its agent does not have; create it before the version goes live.",
  ],
  secrets_exhausted: [409, "Too many secrets", "This agent has as many secrets as it can have."],
  signature_used: [
    409,
    "Signature used",
    "This signed request was already processed; sign a new one, with X-Nonce if within the same second.",
  ],
  base_changed: [
    409,
    "Another version is live",
    "Another version was activated since this draft was started; update the draft before publishing it.",
  ],
  tests_not_green: [
    409,
    "Tests not passed",
    "This version can be activated only after its tests have passed; run them, or have an admin override with a reason.",
  ],
  turn_stopped: [
    409,
    "Turn stopped",
    "The reply was stopped before any text was generated. Send the message again with a new id.",
  ],
  webhook_disabled: [409, "Webhook disabled", "This webhook is disabled; enable it first."],
  webhook_of_version: [
    409,
    "Webhook of a version",
    "This webhook is part of an agent version; change it in the document.",
  ],
  saved_reply_exists: [409, "Saved reply exists", "Another saved reply has this key or this digit."],
  user_exists: [409, "User exists", "A user with this address has already been invited."],
  turn_overtaken: [409, "Turn overtaken", "This session has changed since; its timeout or hand-back is no longer due."],
  no_recipients: [409, "No recipients", "There is no recipient left to send this to."],
  link_not_sendable: [
    409,
    "Link cannot be sent",
    "This link is disabled, expired or full, so its recipients could not use it.",
  ],
  channel_unavailable: [409, "Channel unavailable", "This channel is not configured on this server."],
  // 410
  content_removed: [
    410,
    "Content removed",
    "The content of this session was removed at the end of its retention period.",
  ],
  sign_in_link_invalid: [
    410,
    "Sign-in link invalid",
    "This link has been used, has expired, or was requested in another browser; request a new one.",
  ],
  link_expired: [410, "Link expired", "This link has expired."],
  session_ended: [410, "Session ended", "This session has ended; create a new one."],
  session_expired: [410, "Session expired", "This session has expired; create a new one."],
  // 412
  draft_changed: [
    412,
    "Draft changed",
    "Your draft was saved elsewhere since you read it, so this save was rejected. The answer contains the newer one.",
  ],
  // 413, 415
  body_too_large: [413, "Body too large", "The body is larger than this address accepts."],
  unsupported_media_type: [415, "Unsupported media type", "This address does not accept a body of this type."],
  // 422
  document_unreadable: [
    422,
    "Document unreadable",
    "No text could be read from this document; it may be damaged, protected or consist of images.",
  ],
  idempotency_key_reused: [422, "Idempotency key reused", "This idempotency key was used with another request."],
  input_too_costly: [
    422,
    "Too costly to read",
    "Reading this takes more time or memory than allowed for one document; make it shorter or simpler, or send its text.",
  ],
  invalid_document: [422, "Invalid agent document", "The agent document has errors."],
  validation_failed: [422, "Validation failed", "Some fields are missing or outside their limits."],
  // 426
  upgrade_required: [426, "Upgrade required", "This address accepts only WebSocket connections."],
  // 429
  budget_busy: [429, "Budget reserved", "The budget of this link is held by messages in progress; try again shortly."],
  budget_exhausted: [429, "Budget used up", "The budget of this link is used up."],
  concurrent_sessions_exhausted: [
    429,
    "Too many conversations at once",
    "This link has reached its limit of concurrent conversations; try again when one has ended.",
  ],
  documents_exhausted: [
    429,
    "Knowledge base full",
    "The knowledge base of this agent has no capacity for this document; remove others or make it shorter.",
  ],
  files_exhausted: [429, "Too many files", "This session has used all of its files."],
  send_limit_reached: [
    429,
    "Sending limit reached",
    "This tenant or agent has sent as many messages as are allowed within 24 hours.",
  ],
  links_exhausted: [429, "Too many links", "You have reached the limit of active links."],
  messages_exhausted: [429, "No messages left", "This session has used all of its messages."],
  rate_limited: [429, "Too many requests", "Too many requests; wait before the next one."],
  sessions_exhausted: [429, "No sessions left", "This link has used all of its sessions."],
  too_many_pending: [
    429,
    "Too many pending messages",
    "Too many messages of this session are still waiting for a reply.",
  ],
  too_many_streams: [
    429,
    "Too many streams",
    "Too many event streams are open on this session or link or from this network; close one first.",
  ],
  // 431
  headers_too_large: [431, "Headers too large", "The request headers are too large."],
  // 5xx
  internal: [500, "Internal error", "Something failed on our side. The request id helps to find it."],
  model_unavailable: [
    502,
    "Model unavailable",
    "The language model did not answer. Send the message again with a new id.",
  ],
  budget_unpriced: [
    503,
    "Model without a price",
    "The budget of this link is set in money, and its model has no known price; its owner can set a price or a budget in tokens.",
  ],
  agent_unavailable: [503, "Agent unavailable", "This agent is not available at the moment; try again later."],
  not_configured: [503, "Not configured", "No API key is configured on this server."],
  not_ready: [503, "Not ready", "The service is starting, stopping or waiting for a dependency."],
  overloaded: [503, "Overloaded", "The service is at its limit; try again shortly."],
  model_timeout: [504, "Model timeout", "The language model was too slow. Send the message again with a new id."],
  turn_timeout: [
    504,
    "Answer not ready",
    "The reply is still being generated; read it from the history or the event stream.",
  ],
} as const satisfies Record<string, readonly [status: number, title: string, detail: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** One wrong field: JSON pointer into the body (or `query/…`), the rule it breaks, never the value. */
export interface FieldError {
  pointer: string;
  rule: string;
  message: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  /** Seconds after which a repeat makes sense; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  errors?: FieldError[];
  /** For logs only; never leaves the server. */
  internal?: string;
  /** Extra public members of the problem document (RFC 9457 extension members). */
  extra?: Record<string, unknown>;
}

/** A failure with a public code. Everything else that is thrown is answered as `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly errors: FieldError[] | undefined;
  readonly internal: string | undefined;
  readonly extra: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(ERRORS[code][2], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
    this.internal = options.internal;
    this.extra = options.extra;
  }

  get status(): number {
    return ERRORS[this.code][0];
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** Exhaustiveness guard for unions. */
export function assertNever(value: never): never {
  throw new Error(`unexpected variant: ${JSON.stringify(value)}`);
}

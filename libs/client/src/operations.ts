// Written by `npm run docs:generate` from docs/openapi.json.

/** What the operations speak of, by the names of the document; parts of it that occur in several places, by those of their fields. */
export interface Schemas {
  AcceptedTurn: {
    turn_id: string;
    events_url: string;
    status_url?: string;
    session_id: string;
  };
  AccessPolicy: {
    mode: "open" | "any_verified" | "approval";
    allowed_emails: string[];
    links_enabled: boolean;
    notify_email: string | null;
    updated_at: string | null;
  };
  AccessRequest: {
    id: string;
    email: string;
    status: "pending" | "approved" | "denied";
    link_id: string | null;
    created_at: string;
    decided_at: string | null;
    decided_by: string | null;
  };
  AddKnowledgeInput: {
    name: string;
    content: string;
    encoding?: "text" | "base64";
    media_type?: "text/markdown" | "text/plain" | "text/html" | "application/pdf";
    language?: "simple" | "arabic" | "armenian" | "basque" | "catalan" | "danish" | "dutch" | "english" | "finnish" | "french" | "german" | "greek" | "hindi" | "hungarian" | "indonesian" | "irish" | "italian" | "lithuanian" | "nepali" | "norwegian" | "portuguese" | "romanian" | "russian" | "serbian" | "spanish" | "swedish" | "tamil" | "turkish" | "yiddish";
  };
  AddedKnowledge: Schemas["KnowledgeDocument"] & {
    result: "created" | "updated" | "unchanged";
  };
  Agent: {
    id: string;
    tenant_id: string;
    name: string;
    slug: string;
    description: string | null;
    active_version: number | null;
    mcp_tools: string[] | null;
    created_at: string;
    updated_at: string;
  };
  AgentSecret: {
    name: string;
    hosts: string[];
    hint: string | null;
    created_at: string;
    updated_at: string;
    last_used_at: string | null;
  };
  AgentVersion: {
    version: number;
    content_hash: string;
    notes: string | null;
    active: boolean;
    author?: {
      via: "user" | "token" | "hmac";
      id: string;
    } | null;
    created_at: string;
  };
  Alert: {
    id: string;
    name: string | null;
    kind: "budget_spent" | "budget_used_up" | "failed_turns" | "failed_turn_rate" | "waiting_time" | "webhook_failing" | "rating_below" | "security_events" | "dead_letters";
    agent_id: string | null;
    link_id: string | null;
    all_tenants: boolean;
    threshold: number;
    window_hours: number | null;
    tell_recovery: boolean;
    notify: {
      emails: string[];
      chat_urls: string[];
    };
    is_active: boolean;
    firing: number;
    created_by: string;
    created_at: string;
    updated_at: string;
  };
  AlertFiring: {
    id: string;
    cause: "crossing" | "test";
    link_id: string | null;
    webhook_id: string | null;
    value: number | null;
    threshold: number;
    fired_at: string;
    recovered_at: string | null;
    recovered_value: number | null;
    told: ({
      event: "fired" | "recovered" | "test";
      kind: "mail" | "chat" | "webhook";
      target: string;
      status: "pending" | "sent" | "failed" | "cancelled";
      attempts: number;
      outcome: string | null;
    })[];
  };
  AnalyticsRebuild: {
    sessions: number;
  };
  Answers: {
    call: "reply" | "extract" | "classify" | "api";
    node: string;
    text?: string;
    values?: Record<string, unknown>;
    intent?: string | null;
    confidence?: number;
    status?: number;
    body?: unknown;
    failed?: string;
  } & Record<string, unknown>;
  AskForSuggestionInput: {
    operator?: string;
  };
  AskSignInInput: {
    email: string;
  };
  AssignEscalationInput: {
    operator?: string;
    name?: string;
  };
  AuditEntry: {
    seq: number;
    id: string;
    at: string;
    actor: {
      via: string;
      id: string;
      role: string;
      address?: string | null;
    };
    action: string;
    target_type: string;
    target_id: string | null;
    request_id: string | null;
    details: {
      before?: Record<string, unknown>;
      after?: Record<string, unknown>;
      other?: string[];
    } & Record<string, unknown>;
    hash: string;
  };
  AuditVerified: {
    intact: boolean;
    checked: number;
    sealed: number;
    head: {
      seq: number;
      hash: string;
    } | null;
    problems: ({
      seq: number;
      problem: "changed" | "missing_before" | "not_joined" | "added" | "cut_off" | "seal_broken" | "unlike_sealed";
    })[];
    next_cursor?: string | null;
  };
  Branding: {
    name?: string | null;
    logo?: string | null;
    colours?: Record<string, string>;
    locale?: string | null;
  } & Record<string, unknown>;
  Budget: {
    max_cost?: number | null;
    max_tokens?: number | null;
    hard?: boolean;
  };
  BulkImportAgentsInput: {
    documents: unknown[];
    dry_run?: boolean;
    activate?: boolean;
  };
  BulkLinksInput: {
    create?: Record<string, unknown>[];
    recipients?: unknown[];
    update?: ({
      id: string;
    } & Record<string, unknown>)[];
    deactivate?: string[];
  };
  ChannelEscalateInput: {
    reason?: string | null;
    metadata?: Record<string, unknown>;
  };
  ChannelEscalation: {
    id: string;
    conversation_id: string;
    status: "open" | "assigned" | "resolved";
    reason: string | null;
    assigned_name: string | null;
    created_at: string;
    assigned_at: string | null;
    resolved_at: string | null;
  };
  ChannelEscalations: {
    conversation_id: string;
    escalations: Schemas["ChannelEscalation"][];
    count: number;
  };
  ChannelHistory: {
    conversation_id: string;
    messages: Schemas["ChannelMessage"][];
    count: number;
    last_event_id: string;
  };
  ChannelMessage: {
    id: string;
    sender_id: string;
    sender_type: "user" | "agent";
    content: string;
    timestamp: string;
    conversation_id: string;
    client_message_id?: string;
    author?: "human";
    author_name?: string | null;
    status?: "pending" | "done" | "failed";
    files?: Schemas["SessionFile"][];
  };
  ChannelStatus: {
    conversation_id: string;
    status: "open" | "escalated" | "assigned" | "resolved";
    session_status: "active" | "completed" | "abandoned" | "error";
    handled_by: "agent" | "human";
    operator_name: string | null;
    waiting_since: string | null;
    expires_at: string | null;
    remaining_messages: number | null;
  };
  ChannelTicket: {
    ticket: string;
    expires_in_seconds: number;
    conversation_id: string;
    user_id: string;
    path: string;
  };
  ChannelTypingInput: {
    typing?: boolean;
    sender_id?: string;
    sender_type?: "user" | "agent";
  };
  CheckedErasure: Schemas["Erasure"] & {
    check?: {
      checked_at: string;
      clean: boolean;
      found: Record<string, Record<string, number>>;
    };
  };
  ClosedSession: {
    success: true;
    conversation_id: string;
    final_node_id: string;
    final_node_name: string | null;
    total_turns: number;
    total_transitions: number;
  };
  ConnectionNumbers: {
    group: string;
    label: string | null;
    opened: number;
    refused: number;
    success_rate: number | null;
    resumed: number;
    resumed_rate: number | null;
    average_seconds: number | null;
    polls: number;
  };
  ConnectionNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["ConnectionNumbers"][];
  };
  CostNumbers: {
    group: string;
    label: string | null;
    purpose: string;
    model: string;
    calls: number;
    input_tokens: number;
    output_tokens: number;
    cost: number;
    unpriced_calls: number;
  };
  CostNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["CostNumbers"][];
  };
  CountryNumbers: {
    group: string;
    label: string | null;
    country: string | null;
    opened: number;
    sessions: number;
  };
  CountryNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["CountryNumbers"][];
  };
  CreateAgentInput: {
    name: string;
    description?: string | null;
  };
  CreateAgentSecretInput: {
    value: string;
    hosts: string[];
    name: string;
  };
  CreateAlertInput: {
    kind: "budget_spent" | "budget_used_up" | "failed_turns" | "failed_turn_rate" | "waiting_time" | "webhook_failing" | "rating_below" | "security_events" | "dead_letters";
    agent?: string;
    link_id?: string;
    all_tenants?: boolean;
    name?: string | null;
    threshold?: number;
    window_hours?: number;
    tell_recovery?: boolean;
    notify?: {
      emails?: string[];
      chat_urls?: string[];
    };
  };
  CreateKeyInput: {
    name: string;
    scopes?: ("chat" | "read" | "write" | "manage")[];
    require_nonce?: boolean;
  };
  CreateLinkInput: Schemas["UpdateLinkInput"] & {
    template?: string;
  };
  CreateLinkTemplateInput: {
    title?: string;
    description?: string | null;
    welcome_message?: string | null;
    expires_in_hours?: number | null;
    max_sessions?: number;
    max_messages_per_session?: number;
    session_timeout_minutes?: number;
    rate_limit_per_minute?: number;
    max_message_length?: number;
    chat_intent?: string | null;
    system_prompt_override?: string | null;
    initial_message?: string | null;
    allowed_domains?: string[];
    require_email?: boolean;
    allowed_email_domains?: string[];
    max_concurrent_sessions?: number | null;
    intro?: "none" | "agent";
    allowed_ips?: string[];
    allowed_countries?: string[];
    blocked_countries?: string[];
    consent_text?: string | null;
    budget?: Schemas["Budget"] | null;
    starters?: string[];
    file_uploads?: Schemas["FileUploads"];
    proof_of_work?: "off" | "adaptive" | "always";
    retention_days?: number | null;
    branding?: Schemas["Branding"];
    agent_version?: number | "active";
    friendly_errors?: boolean;
    metadata?: Record<string, unknown>;
    is_active?: boolean;
    name: string;
  };
  CreateSavedReplyInput: {
    key: string;
    content: string;
    action?: "resolve" | "hand_back" | "transfer" | null;
    transfer_to?: string | null;
    digit?: number | null;
  };
  CreateScheduleInput: {
    name?: string | null;
    cron?: string;
    schedule?: string;
    timezone?: string;
    action: "create_and_send_temp_chat_link";
    parameters: Schemas["Parameters"];
  };
  CreateSessionInput: {
    tenant_id: string;
    agent_id: string;
    version?: number;
    metadata?: Record<string, unknown>;
    participant?: {
      email?: string;
      name?: string;
      identifier?: string;
    };
  };
  CreateTenantInput: {
    name: string;
  };
  CreateTokenInput: {
    name: string;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    tenant_id?: string;
  };
  CreateVersionInput: {
    document: unknown;
    notes?: string | null;
  };
  CreateWebhookInput: {
    url: string;
    events: ("*" | "session.*" | "message.*" | "escalation.*" | "link.*" | "delivery.*" | "webhook.*" | "alert.*" | "audit.*" | "session.started" | "session.ended" | "session.analyzed" | "message.completed" | "escalation.opened" | "escalation.assigned" | "escalation.resolved" | "link.created" | "link.updated" | "link.revoked" | "delivery.sent" | "delivery.failed" | "webhook.disabled" | "alert.fired" | "alert.recovered" | "audit.entry")[];
    agent?: string;
    description?: string | null;
    include_transcript?: boolean;
    include_latency_metrics?: boolean;
  };
  CreatedKey: {
    id: string;
    key_id: string;
    secret: string;
  };
  CreatedLink: {
    id: string;
    agent_id: string;
    token_hint: string;
    status: "active" | "inactive" | "expired" | "full";
    title: string;
    description: string | null;
    welcome_message: string | null;
    agent_version: number | "active";
    expires_at: string | null;
    max_sessions: number;
    max_messages_per_session: number;
    session_timeout_minutes: number;
    rate_limit_per_minute: number;
    max_message_length: number;
    require_email: boolean;
    allowed_email_domains: string[];
    allowed_domains: string[];
    branding: Schemas["Branding"];
    chat_intent: string | null;
    system_prompt_override: string | null;
    initial_message: string | null;
    max_concurrent_sessions: number | null;
    intro: "none" | "agent";
    allowed_ips: string[];
    allowed_countries: string[];
    blocked_countries: string[];
    pin_required: boolean;
    consent_text: string | null;
    starters: string[];
    file_uploads: Schemas["CreatedLinkFileUploads"];
    proof_of_work: "off" | "adaptive" | "always";
    retention_days: number | null;
    source_session_id: string | null;
    recipient: {
      name?: string;
      email?: string;
    } | null;
    budget: Schemas["CreatedLinkBudget"] | null;
    friendly_errors: boolean;
    metadata: Record<string, unknown>;
    is_active: boolean;
    created_by: string;
    created_at: string;
    updated_at: string;
    usage: Schemas["Usage"];
    token: string;
    url: string;
  } & Record<string, unknown>;
  CreatedLinkBudget: {
    max_tokens: number | null;
    max_cost: number | null;
    hard: boolean;
  };
  CreatedLinkFileUploads: {
    enabled: boolean;
    types: string[];
    max_bytes: number;
    max_count: number;
  };
  CreatedSession: {
    session_id: string;
    conversation_id: string;
    status: "active";
    node_id: string;
    node_name: string | null;
    initial_node_id: string;
    initial_node_name: string | null;
    transitions: Schemas["Transitions"][];
    agent_config_version: number;
    is_active_version: boolean;
    initial_message: string | null;
    created_at: string;
    messages: Schemas["Messages"][];
    turn_id: string;
    usage: Schemas["TurnAnswerUsage"];
    expires_at: string | null;
  };
  CreatedTenant: {
    id: string;
    name: string;
    admin_token: string;
  };
  CreatedToken: {
    id: string;
    token: string;
    name: string;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
  };
  DeadLetter: {
    id: string;
    kind: "turn";
    turn_kind: "open" | "message" | "timer" | "handed_back";
    session_id: string;
    conversation_id: string;
    session_status: "active" | "completed" | "abandoned" | "error";
    agent_id: string;
    agent_version: number;
    link_id: string | null;
    reason: string;
    error: string | null;
    accepted_at: string;
    created_at: string;
    status: "waiting" | "replaying" | "replayed" | "failed";
    replay: Schemas["Replay"] | null;
  };
  DeadLetterWithText: Schemas["DeadLetter"] & {
    content: string;
    files: Schemas["SessionFile"][];
  };
  DeliveryRecipient: {
    id: string;
    address: string;
    name: string | null;
    language: string;
    link_id: string | null;
    status: "pending" | "sent" | "failed" | "suppressed" | "limited" | "in_doubt" | "cancelled";
    attempts: number;
    outcome: string | null;
    provider_id: string | null;
    next_attempt_at: string | null;
    sent_at: string | null;
    opened: boolean | null;
    chatted: boolean | null;
    completed: boolean | null;
  };
  DemoWeek: {
    state: "none" | "playing" | "played";
    sessions: number;
    links: {
      agent: string;
      id: string;
    }[];
  };
  DemoWeekRemoved: Schemas["AnalyticsRebuild"];
  DocumentDiff: {
    from: number;
    to: number;
    identical: boolean;
    agent: Schemas["Settings"][];
    settings: Schemas["Settings"][];
    nodes: {
      added: string[];
      removed: string[];
      changed: {
        id: string;
        fields: Schemas["Settings"][];
      }[];
      reordered: boolean;
    };
    tests: {
      added: string[];
      removed: string[];
      changed: {
        id: string;
        fields: Schemas["Settings"][];
      }[];
    };
    unified: string;
  };
  Draft: Schemas["DraftEntry"] & {
    text: string;
    live_version: number | null;
  };
  DraftEntry: {
    author: {
      via: "user" | "token" | "hmac";
      id: string;
    };
    mine: boolean;
    revision: number;
    base_version: number | null;
    saved_at: string;
  };
  DraftSave: {
    revision: number;
    base_version: number | null;
    saved_at: string;
    text?: string;
  };
  Embedding: {
    status: "off" | "queued" | "processing" | "ready" | "failed";
    error: string | null;
    tokens: number;
    cost: number | null;
  };
  EraseRequestInput: {
    email?: string;
    session_id?: string;
  };
  Erasure: {
    id: string;
    subject: {
      kind: "email" | "session";
      hash: string;
    };
    state: "waiting" | "running" | "done";
    cause: "request" | "restore";
    requested_by: string;
    requested_at: string;
    started_at: string | null;
    done_at: string | null;
    progress: Schemas["Progress"];
    receipt: Schemas["ErasureReceipt"] | null;
  };
  ErasureReceipt: {
    version: 1;
    erasure_id: string;
    tenant_id: string;
    subject: {
      kind: "email" | "session";
      hash: string;
    };
    requested_at: string;
    erased_before: string;
    done_at: string;
    stores: Schemas["Stores"][];
    signature: string;
  };
  ErasureReceiptInput: Schemas["ErasureReceipt"];
  EscalatedChannel: {
    status: "escalated";
    escalation: Schemas["ChannelEscalation"];
  };
  Escalation: {
    id: string;
    conversation_id: string;
    session_id: string;
    agent_id: string;
    link_id: string | null;
    status: "open" | "assigned" | "resolved";
    source: "visitor" | "api" | "workflow" | "failed_turns" | "sentiment" | "limits" | "operator";
    reason: string | null;
    metadata: Record<string, unknown>;
    requests: number;
    assigned_to: string | null;
    assigned_name: string | null;
    summary: string | null;
    outcome: "resolved" | "handed_back" | "session_ended" | "cancelled" | null;
    created_at: string;
    assigned_at: string | null;
    resolved_at: string | null;
    session_status: "active" | "completed" | "abandoned" | "error";
    handled_by: "agent" | "human";
    participant: Schemas["Participant"];
    answer_by_mail?: boolean;
    notices?: ({
      kind: "mail" | "chat" | "answer";
      target: string;
      status: "pending" | "sent" | "failed" | "cancelled";
      attempts: number;
      outcome: string | null;
      created_at: string;
      ended_at: string | null;
    })[];
    mine?: boolean;
    last_message?: {
      role: "user" | "assistant";
      author: "human" | null;
      content: string;
      created_at: string;
    } | null;
  };
  EscalationCounts: {
    waiting: number;
    mine: number;
    assigned: number;
    oldest: string | null;
  };
  EscalationNumbers: {
    group: string;
    label: string | null;
    sessions: number;
    escalated_sessions: number;
    escalation_rate: number | null;
    escalations: number;
    taken: number;
    wait_average_seconds: number | null;
    wait_p50_seconds: number | null;
    wait_p95_seconds: number | null;
    sources: Record<string, number>;
    outcomes: Record<string, number>;
  };
  EscalationNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["EscalationNumbers"][];
  };
  Expect: {
    path?: string[];
    node?: string;
    reply?: string;
    reply_contains?: string;
    reply_matches?: string;
    variables?: Record<string, unknown>;
    model_calls?: number;
    ended?: boolean;
  } & Record<string, unknown>;
  ExportPersonInput: Schemas["AskSignInInput"];
  FileUploads: {
    enabled?: boolean;
    types?: string[];
    max_bytes?: number;
    max_count?: number;
  };
  FoundKnowledge: {
    mode: "vector" | "fts" | "hybrid";
    warning: string | null;
    passages: ({
      document_id: string;
      document: string;
      revision: number;
      n: number;
      heading: string;
      text: string;
      score: number;
      fts: {
        rank: number;
        score: number;
      } | null;
      vector: {
        rank: number;
        score: number;
      } | null;
    })[];
    embedding: {
      model: string;
      input_tokens: number;
      estimated: boolean;
      cost: number | null;
    } | null;
  };
  FunnelNumbers: {
    group: string;
    label: string | null;
    opened: number | null;
    started: number;
    verified: number;
    first_message: number;
    completed: number;
    first_message_rate: number | null;
    completion_rate: number | null;
  };
  FunnelNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["FunnelNumbers"][];
  };
  GateOverride: {
    id: string;
    version: number;
    content_hash: string;
    reason: string;
    via: string;
    principal_id: string;
    created_at: string;
  };
  HandBackInput: {
    operator?: string;
    summary?: string | null;
  };
  HistoryPage: {
    data: ({
      id: string;
      sequence: number;
      turn_id: string;
      role: "user" | "assistant";
      content: string;
      node_id: string | null;
      node_name: string | null;
      client_message_id: string | null;
      status: "pending" | "done" | "failed";
      files?: Schemas["SessionFile"][] | null;
      rating?: "up" | "down" | null;
      finish_reason?: "complete" | "stopped" | null;
      author?: "human" | null;
      author_name?: string | null;
      created_at: string;
    })[];
    next_cursor: string | null;
  };
  HostIdentity: {
    link_id: string;
    audience: string;
    secret_set: boolean;
    secret_created_at: string | null;
    previous_secret_valid_until: string | null;
    jwks_url: string | null;
    public_key: string | null;
  };
  HostIdentitySecret: {
    secret: string;
    audience: string;
    previous_secret_valid_until: string | null;
  };
  ImportedAgent: {
    status: "created" | "updated" | "validated";
    agent_id: string | null;
    version: number | null;
    active: boolean;
    issues: Schemas["Issues"][];
  };
  InviteUserInput: {
    email: string;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    name?: string;
  };
  Issues: {
    path: (string | number)[];
    code: string;
    message: string;
    severity: "error" | "warning";
  };
  Key: {
    id: string;
    key_id: string;
    name: string;
    scopes: string[];
    created_at: string;
    expires_at: string | null;
    last_used_at: string | null;
    status: "active" | "rotating" | "expired" | "revoked";
    require_nonce: boolean;
  };
  KnowledgeDocument: {
    id: string;
    name: string;
    media_type: string;
    language: string;
    bytes: number;
    content_hash: string;
    revision: number;
    status: string;
    chunks: number;
    embedding_model: string | null;
    from_version: number;
    until_version: number | null;
    embedding?: Schemas["Embedding"];
    created_at: string;
  };
  KnowledgeIngestion: {
    name: string;
    bytes: number;
    status: "processing" | "failed";
    error: string | null;
    started_at: string;
  };
  KnowledgePassages: Schemas["KnowledgeDocument"] & {
    passages: {
      n: number;
      heading: string;
      text: string;
    }[];
    next_after: number | null;
  };
  Link: {
    id: string;
    agent_id: string;
    token_hint: string;
    status: "active" | "inactive" | "expired" | "full";
    title: string;
    description: string | null;
    welcome_message: string | null;
    agent_version: number | "active";
    expires_at: string | null;
    max_sessions: number;
    max_messages_per_session: number;
    session_timeout_minutes: number;
    rate_limit_per_minute: number;
    max_message_length: number;
    require_email: boolean;
    allowed_email_domains: string[];
    allowed_domains: string[];
    branding: Schemas["Branding"];
    chat_intent: string | null;
    system_prompt_override: string | null;
    initial_message: string | null;
    max_concurrent_sessions: number | null;
    intro: "none" | "agent";
    allowed_ips: string[];
    allowed_countries: string[];
    blocked_countries: string[];
    pin_required: boolean;
    consent_text: string | null;
    starters: string[];
    file_uploads: Schemas["CreatedLinkFileUploads"];
    proof_of_work: "off" | "adaptive" | "always";
    retention_days: number | null;
    source_session_id: string | null;
    recipient: {
      name?: string;
      email?: string;
    } | null;
    budget: Schemas["CreatedLinkBudget"] | null;
    friendly_errors: boolean;
    metadata: Record<string, unknown>;
    is_active: boolean;
    created_by: string;
    created_at: string;
    updated_at: string;
    usage: Schemas["Usage"];
  } & Record<string, unknown>;
  LinkAnalytics: {
    link_id: string;
    days: number;
    from: string;
    to: string;
    sessions: {
      total: number;
      active: number;
      completed: number;
      abandoned: number;
      error: number;
    };
    messages: number;
    unique_visitors: {
      total: number;
      confirmed: number;
      anonymous: number;
    };
    unique_addresses: number;
    completion_rate: number | null;
    engagement: {
      average_messages: number | null;
      average_duration_seconds: number | null;
    };
    response_time_ms: {
      average: number | null;
      p95: number | null;
    };
    failed_messages: number;
    end_reasons: Record<string, number>;
    satisfaction: {
      ratings: number;
      average: number | null;
    };
    by_day: {
      day: string;
      sessions: number;
      messages: number;
      completed: number;
    }[];
    last_used_at: string | null;
  };
  LinkDelivery: {
    id: string;
    agent_id: string;
    link_id: string;
    link_title: string;
    channel: "email" | "sms" | "slack" | "teams" | "webhook";
    personalised: boolean;
    template: string;
    subject: string | null;
    message: string | null;
    schedule_id: string | null;
    created_by: string;
    created_at: string;
    status: "sending" | "done" | "cancelled";
    finished_at: string | null;
    counts: {
      recipients: number;
      pending: number;
      sent: number;
      failed: number;
      suppressed: number;
      limited: number;
      in_doubt: number;
      cancelled: number;
    };
    track_opens: boolean;
    engagement: {
      opened: number | null;
      chatted: number;
      completed: number;
    } | null;
  };
  LinkSnippets: {
    widget: string | null;
    iframe: string | null;
    url: string;
    allowed_domains: string[];
  };
  LinkTemplate: {
    title?: string;
    description?: string | null;
    welcome_message?: string | null;
    expires_in_hours?: number | null;
    max_sessions?: number;
    max_messages_per_session?: number;
    session_timeout_minutes?: number;
    rate_limit_per_minute?: number;
    max_message_length?: number;
    chat_intent?: string | null;
    system_prompt_override?: string | null;
    initial_message?: string | null;
    allowed_domains?: unknown[];
    require_email?: boolean;
    allowed_email_domains?: string[];
    max_concurrent_sessions?: number | null;
    intro?: "none" | "agent";
    allowed_ips?: string[];
    allowed_countries?: unknown[];
    blocked_countries?: unknown[];
    consent_text?: string | null;
    budget?: Schemas["Budget"] | null;
    starters?: string[];
    file_uploads?: Schemas["FileUploads"];
    proof_of_work?: "off" | "adaptive" | "always";
    retention_days?: number | null;
    branding?: Schemas["Branding"];
    agent_version?: number | "active";
    friendly_errors?: boolean;
    metadata?: Record<string, unknown>;
    is_active?: boolean;
    id: string;
    name: string;
    built_in: boolean;
    created_by: string | null;
    created_at: string | null;
    updated_at: string | null;
  } & Record<string, unknown>;
  ListedMemory: {
    address: string;
    updated_at: string;
  };
  ListedSession: Schemas["Session"] & {
    title: string | null;
    person: string | null;
    agent_name: string | null;
    link_title: string | null;
    state: "running" | "waiting" | "with_person" | "ended";
    last_activity_at: string;
    cost: number | null;
    rating: number | null;
    thumbs_up: number;
    thumbs_down: number;
    failed_turns: number;
    escalated: boolean;
    went_badly: boolean;
    sampled: boolean;
    review: "good" | "wrong" | null;
  };
  ListedSessionParticipant: {
    email?: string;
    name?: string;
    identifier?: string;
    metadata?: Record<string, unknown>;
  } & Record<string, unknown>;
  Memory: {
    summary: string | null;
    notes: string | null;
    address: string;
    revision: number;
    updated_at: string;
  };
  MemoryChange: {
    revision: number;
    at: string;
    source: "summary" | "tool" | "person";
    actor: string | null;
    session_id: string | null;
    restored_from: number | null;
    before: {
      summary: string | null;
      notes: string | null;
    } | null;
    after: {
      summary: string | null;
      notes: string | null;
    };
  };
  MessageTemplate: {
    name: string;
    texts: Record<string, {
      subject: string;
      message: string;
    }>;
    created_by: string;
    created_at: string;
    updated_at: string;
  };
  Messages: {
    node_id: string;
    node_name: string | null;
    content: string;
  };
  NodeNumbers: {
    group: string;
    label: string | null;
    agent_id: string;
    node_id: string;
    reached: number;
    completed: number;
    left: number;
    drop_off: number | null;
  };
  NodeNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["NodeNumbers"][];
  };
  OfficeHours: {
    time_zone: string;
    days: Record<string, {
      from: string;
      to: string;
    }[]>;
  };
  OfficeHoursInput: Schemas["OfficeHours"];
  OpenConversationInput: Schemas["OpenSessionInput"] & {
    link: string;
  };
  OpenSessionInput: {
    participant?: Schemas["Participant"];
    identity?: string;
    consent?: boolean;
    pin?: string;
    proof?: string;
  };
  OpenedConversation: {
    conversation_id: string;
    user_id: string;
    session_token: string;
    expires_at: string | null;
  };
  Operator: {
    id: string;
    name: string;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    me: boolean;
  };
  OperatorTypingInput: {
    typing: boolean;
    operator?: string;
  };
  Overview: {
    waiting: {
      count: number;
      longest_since: string | null;
    };
    live: {
      sessions: number;
      with_person: number;
    };
    failed_turns_today: number;
    access_requests: number;
    access_requests_by: {
      agent: string;
      name: string;
      count: number;
    }[];
    spend_today: {
      cost: number;
      calls: number;
      unpriced_calls: number;
      budget: {
        links: number;
        max_cost: number;
        cost_used: number;
        exhausted: number;
      } | null;
    };
    first_token_p95_ms: number | null;
    days: ({
      day: string;
      sessions: number;
      ratings: number;
      average_rating: number | null;
    })[];
    system: {
      waiting_messages: number;
      oldest_message_at: string | null;
      dead_letters: number;
      webhooks_failing: number;
      webhook_deliveries_waiting: number;
      behind: string[];
    };
    at: string;
  };
  Parameters: {
    agent: string;
    channel: "email" | "sms" | "slack" | "teams" | "webhook";
    recipients: (string | Schemas["Recipients"])[];
    subject?: string;
    message?: string;
    personalised?: boolean;
    track_opens?: boolean;
    language?: string;
    template?: string;
    message_template?: string;
    title?: string;
    expires_in_hours?: number;
  };
  Participant: {
    email?: string;
    name?: string;
    identifier?: string;
    metadata?: Record<string, unknown>;
  };
  People: {
    hours: Schemas["OfficeHours"] | null;
    reply_minutes: number | null;
    fallback_minutes: number | null;
    notify: {
      emails: string[];
      chat_urls: string[];
    };
    open_now: boolean;
    next_open_at: string | null;
    updated_at: string | null;
  };
  PresenceInput: {
    activity: "viewing" | "answering" | "gone";
    name?: string;
  };
  PresentPerson: {
    id: string;
    name: string | null;
    activity: "viewing" | "answering";
    since: string;
  };
  Problem: {
    type: string;
    doc_url: string;
    title: string;
    status: number;
    detail: string;
    code: string;
    message: string;
    request_id: string;
    errors?: {
      pointer: string;
      rule: string;
      message: string;
    }[];
    retry_after?: number;
  } & Record<string, unknown>;
  Progress: {
    step: string | null;
    steps_done: number;
    steps: number;
    repeated: number;
    removed: Record<string, Record<string, number>>;
  };
  PublishDraftInput: {
    revision: number;
    activate?: boolean;
    notes?: string | null;
    override_reason?: string;
  };
  PushSubscription: {
    id: string;
    host: string;
    created_at: string;
  };
  PutMessageTemplateInput: {
    texts: Record<string, {
      subject: string;
      message: string;
    }>;
  };
  ReceiptVerdict: {
    valid: boolean;
    finding: "genuine" | "altered" | "of_another_tenant" | "unknown_erasure";
    erasure_id: string;
  };
  Recipients: {
    address: string;
    name?: string;
    language?: string;
  };
  Replay: {
    turn_id: string;
    attempts: number;
    at: string;
    by: string | null;
    error: string | null;
  };
  ReplayReport: {
    version: number;
    replayed: number;
    identical: number;
    diverged: ({
      session_id: string;
      turn: number;
      kind: "transition" | "variables" | "reply" | "missing_call";
      expected: unknown;
      got: unknown;
    })[];
    turns: number;
    recorded_calls: number;
    model_calls: 0;
    remaining: string[];
    unknown: string[];
    purged: number;
  };
  ReplaySessionInput: {
    version?: number;
    document?: unknown;
  };
  Replayed: {
    nodes: string[];
    messages: string[];
    variables: Record<string, unknown>;
    actions: string[];
    ended: boolean;
    error: string | null;
  };
  ReplyToVisitorInput: {
    message: string;
    files?: string[];
    operator?: string;
    name?: string;
  };
  RequireNonceInput: {
    require_nonce: boolean;
  };
  ResendInput: {
    to: "not_opened" | "not_chatted" | "failed";
    template?: string;
    subject?: string;
    message?: string;
    dry_run?: boolean;
  };
  ResolveEscalationInput: {
    operator?: string;
    summary?: string | null;
    end_session?: boolean;
  };
  ResponseTimeNumbers: {
    group: string;
    label: string | null;
    answered: number;
    first_token_p50_ms: number | null;
    first_token_p95_ms: number | null;
    total_average_ms: number | null;
    total_p50_ms: number | null;
    total_p95_ms: number | null;
    failed: number;
    failed_rate: number | null;
    failures: Record<string, number>;
  };
  ResponseTimeNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["ResponseTimeNumbers"][];
  };
  ReviewSessionInput: {
    verdict: "good" | "wrong";
    turn?: number | null;
    expected?: string | null;
    note?: string | null;
    name?: string;
    operator?: string;
  };
  RotateKeysInput: {
    cursor?: string;
  };
  RotateSecretInput: {
    overlap_seconds?: number;
  };
  RotatedKeys: {
    key_id: string;
    resealed: number;
    unreadable: number;
    next_cursor: string | null;
  };
  SatisfactionNumbers: {
    group: string;
    label: string | null;
    ratings: number;
    average_rating: number | null;
    rating_1: number;
    rating_2: number;
    rating_3: number;
    rating_4: number;
    rating_5: number;
    thumbs_up: number;
    thumbs_down: number;
    sentiment_positive: number;
    sentiment_neutral: number;
    sentiment_negative: number;
  };
  SatisfactionNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["SatisfactionNumbers"][];
  };
  SaveDraftInput: {
    text: string;
    base_version: number | null;
  };
  SavedReply: {
    id: string;
    key: string;
    content: string;
    action: "resolve" | "hand_back" | "transfer" | null;
    transfer_to: string | null;
    digit: number | null;
    created_by: string;
    created_at: string;
    updated_at: string;
  };
  Schedule: {
    id: string;
    name: string | null;
    agent_id: string;
    cron: string;
    timezone: string;
    action: "create_and_send_temp_chat_link";
    parameters: {
      channel: "email" | "sms" | "slack" | "teams" | "webhook";
      template?: string;
      message_template?: string;
      title?: string;
      expires_in_hours?: number;
      subject?: string;
      message?: string;
      personalised?: boolean;
      track_opens?: boolean;
      language?: string;
      recipients?: Schemas["Recipients"][];
    } & Record<string, unknown>;
    recipients: number;
    paused: boolean;
    next_runs: string[];
    created_by: string;
    created_at: string;
    updated_at: string;
  };
  ScheduleRun: {
    id: string;
    occurrence_at: string;
    cause: "cron" | "owner";
    status: "pending" | "done" | "failed" | "missed";
    outcome: string | null;
    delivery_id: string | null;
    link_id: string | null;
    created_at: string;
    ended_at: string | null;
  };
  SearchKnowledgeInput: {
    query: string;
    mode?: "vector" | "fts" | "hybrid";
    top_k?: number;
    rrf_k?: number;
    vector_weight?: number;
    fts_weight?: number;
    version?: number;
  };
  SecurityEvent: {
    id: string;
    link_id: string | null;
    kind: "rate_limited" | "adaptive_tightened" | "pin_failures" | "verification_failures" | "origin_refused" | "address_refused" | "country_refused" | "suspicious_content" | "proof_failed" | "output_withheld" | "request_replayed" | "identity_refused";
    scope: string | null;
    country: string | null;
    address_hash: string | null;
    session_id: string | null;
    count: number;
    at: string;
  };
  SecurityNumbers: {
    group: string;
    label: string | null;
    kind: "rate_limited" | "adaptive_tightened" | "pin_failures" | "verification_failures" | "origin_refused" | "address_refused" | "country_refused" | "suspicious_content" | "proof_failed" | "output_withheld" | "request_replayed" | "identity_refused";
    count: number;
  };
  SecurityNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["SecurityNumbers"][];
  };
  SendAccepted: {
    delivery_id: string;
    status: "sending";
    recipients: number;
    duplicates: number;
    suppressed: number;
    limited: number;
  };
  SendChannelMessageInput: {
    content: string;
    client_message_id?: string;
    sender_id?: string;
    sender_type?: "user" | "agent";
    metadata?: Record<string, unknown>;
  };
  SendLinkInput: {
    channel: "email" | "sms" | "slack" | "teams" | "webhook";
    recipients: (string | Schemas["Recipients"])[];
    template?: string;
    subject?: string;
    message?: string;
    personalised?: boolean;
    track_opens?: boolean;
    language?: string;
    dry_run?: boolean;
  };
  SendMessageInput: {
    content: string;
    client_message_id?: string;
  };
  SendPreview: {
    dry_run: true;
    recipients: number;
    duplicates: number;
    suppressed: number;
    limited: number;
    preview: {
      to: string;
      language: string;
      subject: string | null;
      text: string;
    };
  };
  SentChannelMessage: {
    status: "sent" | "duplicate";
    message_id: string;
    client_message_id?: string;
  };
  Session: {
    session_id: string;
    conversation_id: string;
    status: "active" | "completed" | "abandoned" | "error";
    node_id: string;
    node_name: string | null;
    turns: number;
    transition_count: number;
    collected_data: Record<string, unknown>;
    created_at: string;
    updated_at: string;
    ended_at: string | null;
    end_reason: string | null;
    expires_at: string | null;
    remaining_messages: number | null;
    message_count: number;
    agent_config_version: number;
    metadata: Record<string, unknown>;
    tenant_id: string;
    agent_id: string;
    link_id: string | null;
    last_event_id: string;
    feedback?: Schemas["SessionFeedback"] | null;
    handled_by?: "agent" | "human";
    operator_name?: string | null;
    waiting_since?: string | null;
    escalation?: Schemas["SessionEscalation"] | null;
    participant?: Schemas["ListedSessionParticipant"];
    participant_verified?: boolean;
    purged_at?: string | null;
    usage?: Schemas["TurnAnswerUsage"] | null;
  };
  SessionAnalysis: {
    status: "pending" | "done" | "failed" | "skipped";
    answers: Record<string, string | number | boolean | null> | null;
    unanswered: string[];
    model: string | null;
    error_code: string | null;
    usage?: Schemas["TurnAnswerUsage"];
    created_at: string;
    ended_at: string | null;
  };
  SessionEscalation: {
    id: string;
    status: "waiting" | "assigned";
    since: string | null;
    assigned_name: string | null;
    reason: string | null;
    answer_by_mail?: boolean;
  };
  SessionFeedback: {
    rating: number;
    text: string | null;
    created_at: string;
    updated_at: string;
  };
  SessionFile: {
    id: string;
    name: string;
    media_type: string;
    bytes: number;
  };
  SessionNote: {
    id: string;
    session_id: string;
    author: string;
    author_name: string | null;
    content: string;
    created_at: string;
    mine?: boolean;
  };
  SessionPresence: {
    present: Schemas["PresentPerson"][];
  };
  SessionReplay: {
    session_id: string;
    recorded_version: number;
    version: number | null;
    turns: ({
      turn: number;
      kind: string;
      input: string;
      recorded: Schemas["Replayed"];
      replayed: Schemas["Replayed"] | null;
      differs: ("path" | "reply" | "variables" | "actions" | "ended" | "error" | "unanswered_call")[];
    })[];
    diverges_at: number | null;
    stopped: {
      turn: number;
      reason: "ended" | "failed" | "unanswered_call" | "too_many_turns";
      detail: string | null;
    } | null;
    model_calls: number;
    usage: Schemas["TurnAnswerUsage"];
  };
  SessionReview: {
    session_id: string;
    verdict: "good" | "wrong";
    turn: number | null;
    expected: string | null;
    note: string | null;
    reviewer: string;
    reviewer_name: string | null;
    reviewed_at: string;
  };
  SessionTrace: {
    session_id: string;
    conversation_id: string;
    agent_id: string;
    version: number;
    status: string;
    turns: Schemas["Trace"][];
    totals: {
      turns: number;
      model_calls: number;
      api_calls: number;
      model_ms: number;
      api_ms: number;
      input_tokens: number;
      output_tokens: number;
      cost: number | null;
    };
    background?: {
      analysis: {
        status: string;
        error: string | null;
        model: string | null;
        usage: Schemas["TurnAnswerUsage"];
      } | null;
      memory: {
        usage: Schemas["TurnAnswerUsage"];
      } | null;
    };
    next_cursor: string | null;
  };
  SetAccessPolicyInput: {
    mode?: "open" | "any_verified" | "approval";
    allowed_emails?: string[];
    links_enabled?: boolean;
    notify_email?: string | null;
  };
  SetAgentSecretInput: {
    value: string;
    hosts: string[];
  };
  SetHostIdentityInput: {
    jwks_url?: string | null;
    public_key?: string | null;
  };
  SetMemoryInput: {
    summary?: string | null;
    notes?: string | null;
    revision?: number;
  };
  SetPeopleInput: {
    hours?: Schemas["OfficeHoursInput"] | null;
    reply_minutes?: number | null;
    fallback_minutes?: number | null;
    notify?: {
      emails?: string[];
      chat_urls?: string[];
    };
  };
  Settings: {
    path: string;
    before?: unknown;
    after?: unknown;
  };
  SettingsInForce: {
    data: ({
      name: string;
      area: "retention" | "sign_in";
      value: string | null;
      is_default: boolean;
      about: string;
    })[];
  };
  StoppedTurn: {
    stopped: boolean;
    turn_id: string | null;
  };
  Stores: {
    store: string;
    removed: Record<string, number>;
    remaining: number;
    checked_at: string;
    check: string;
  };
  SubscribePushInput: {
    endpoint: string;
    keys: {
      p256dh: string;
      auth: string;
    };
    expirationTime?: number | null;
  };
  SuggestedReply: {
    suggestion: string;
    model: string;
    usage: Schemas["TurnAnswerUsage"];
  };
  SuppressInput: {
    channel?: "email" | "sms";
    address: string;
  };
  Suppression: {
    id: string;
    address: string | null;
    reason: "unsubscribed" | "owner" | "bounced";
    created_at: string;
  };
  TakeOverSessionInput: {
    operator?: string;
    name?: string;
    reason?: string;
  };
  Tenant: {
    id: string;
    name: string;
    created_at: string;
    require_nonce: boolean;
    suspended_at: string | null;
  };
  Token: {
    id: string;
    name: string;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    hint: string;
    created_at: string;
    last_used_at: string | null;
    status: "active" | "revoked";
  };
  Trace: {
    turn_id: string;
    turn: number;
    kind: string;
    status: string;
    error: string | null;
    input: string;
    response: string | null;
    nodes: string[];
    transitions: ({
      from_node: string;
      from_node_name?: string | null;
      to_node: string;
      to_node_name?: string | null;
      condition: string | null;
    })[];
    conditions: ({
      node_id: string;
      condition: string;
      target: string;
      verdict: "yes" | "no" | "ask";
      inputs: Record<string, unknown>;
    })[];
    calls: ({
      call_id: string;
      type: string;
      node_id: string;
      latency_ms: number;
      first_token_ms?: number;
      model: string | null;
      usage: Schemas["TurnAnswerUsage"] | null;
      usage_doubt?: "missing" | "unbelievable" | "too_low";
      result: unknown;
      failed: string | null;
      http?: {
        method?: string;
        status?: number | null;
        bytes?: number;
        attempts?: number;
      };
      retrieval?: {
        search_mode: string;
        latency_ms: number;
        passages: {
          document_id: string;
          document: string;
          revision: number;
          n: number;
          score: number;
        }[];
        embedding?: {
          model: string;
          usage: Schemas["TurnAnswerUsage"];
        } | null;
      };
      prompt?: {
        messages: ({
          role: "system" | "user" | "assistant";
          content: string;
        })[];
        left_out: number;
        same: boolean | null;
      } | null;
    })[];
    variables: Record<string, unknown>;
    warnings: {
      code: string;
      message: string;
    }[];
    logs: ({
      node_id: string;
      text: string | null;
      variables: Record<string, unknown> | null;
    })[];
    latency: {
      total_ms: number;
      model_ms: number;
      api_ms: number;
      other_ms: number;
    };
    usage: Schemas["TurnAnswerUsage"];
    history_summary?: {
      text: string;
      covers: number;
      model: string;
      usage: Schemas["TurnAnswerUsage"];
      latency_ms: number;
    } | null;
    conditions_unknown: boolean;
    created_at: string;
    done_at: string | null;
  };
  TransferEscalationInput: {
    operator: string;
    name?: string;
  };
  TransitionNumbers: {
    group: string;
    label: string | null;
    agent_id: string;
    from_node: string;
    to_node: string;
    moves: number;
    share: number | null;
  };
  TransitionNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["TransitionNumbers"][];
  };
  Transitions: {
    from_node: string;
    from_node_name: string | null;
    to_node: string;
    to_node_name: string | null;
    condition: string | null;
  };
  TriedAgent: {
    version: number | null;
    steps: ({
      step: number;
      status: "done" | "waiting" | "failed";
      error: string | null;
      waits_for: {
        node: string;
        method: string;
        url: string;
      } | null;
      node: string;
      messages: Schemas["Messages"][];
      variables: Record<string, unknown>;
      ended: boolean;
      human: boolean;
      agent?: {
        id: string;
        name: string;
        version: number;
      } | null;
      not_done: ({
        kind: "webhook" | "memory" | "escalation" | "transfer";
        detail: string;
      })[];
      asked: number;
      answers: Schemas["Answers"][];
      trace: Schemas["Trace"] | null;
    })[];
    usage: Schemas["TurnAnswerUsage"];
    test: {
      name: string;
      version_of_format?: 1;
      opening?: {
        expect?: Schemas["Expect"];
      } & Record<string, unknown>;
      steps: ({
        say?: string;
        event?: "timer" | "hand_back";
        after_seconds?: number;
        human?: boolean;
        expect?: Schemas["Expect"];
      } & Record<string, unknown>)[];
      answers?: Schemas["Answers"][];
    } & Record<string, unknown>;
  };
  TryAgentInput: {
    version?: number;
    document?: unknown;
    opening?: {
      answers?: Schemas["Answers"][];
    };
    steps?: ({
      say?: string;
      event?: "timer" | "hand_back";
      after_seconds?: number;
      human?: boolean;
      answers?: Schemas["Answers"][];
    })[];
    api_calls?: "ask" | "make";
  };
  Turn: {
    response?: string;
    node_id?: string;
    node_name?: string | null;
    previous_node_id?: string;
    previous_node_name?: string | null;
    transitions?: Schemas["Transitions"][];
    transition?: Schemas["Transitions"] | null;
    extracted_variables?: Record<string, unknown> | null;
    session_ended?: boolean;
    turn_number?: number;
    latency_ms?: number;
    messages?: Schemas["Messages"][];
    turn_id: string;
    usage?: Schemas["TurnAnswerUsage"];
    remaining_messages?: number | null;
    finish_reason?: "complete" | "stopped";
    handled_by?: "agent" | "human";
    escalation?: Schemas["TurnEscalation"];
    session_id: string;
    status: "queued" | "running" | "completed" | "failed" | "stopped";
    error?: Schemas["Problem"];
  };
  TurnAnswer: {
    response: string;
    node_id: string;
    node_name: string | null;
    previous_node_id: string;
    previous_node_name: string | null;
    transitions: Schemas["Transitions"][];
    transition: Schemas["Transitions"] | null;
    extracted_variables: Record<string, unknown> | null;
    session_ended: boolean;
    turn_number: number;
    latency_ms: number;
    messages: Schemas["Messages"][];
    turn_id: string;
    usage: Schemas["TurnAnswerUsage"];
    remaining_messages: number | null;
    finish_reason: "complete" | "stopped";
    handled_by: "agent" | "human";
    escalation?: Schemas["TurnEscalation"];
  };
  TurnAnswerUsage: {
    input_tokens: number;
    output_tokens: number;
    cost: number | null;
  };
  TurnEscalation: {
    status: "waiting" | "assigned";
    since: string | null;
    assigned_name: string | null;
    reason: string | null;
  };
  UndoMemoryInput: {
    to: number;
    revision?: number;
  };
  UpdateAgentInput: {
    name?: string;
    description?: string | null;
    mcp_tools?: ("create_temporary_chat_link" | "list_temporary_chat_links" | "update_temporary_chat_link" | "delete_temporary_chat_link" | "send_temporary_chat_link" | "get_temporary_chat_delivery" | "get_temporary_chat_analytics" | "list_temporary_chat_schedules" | "create_temporary_chat_schedule" | "update_temporary_chat_schedule" | "manage_temporary_chat_schedule" | "get_analytics" | "list_temporary_chat_sessions" | "manage_temporary_chat_session" | "get_temporary_chat_transcript" | "get_user_memory" | "write_user_memory" | "list_escalations" | "take_escalation" | "reply_to_escalation" | "resolve_escalation")[] | null;
  };
  UpdateAlertInput: {
    name?: string | null;
    threshold?: number;
    window_hours?: number;
    tell_recovery?: boolean;
    notify?: {
      emails?: string[];
      chat_urls?: string[];
    };
    is_active?: boolean;
  };
  UpdateLinkInput: {
    title?: string;
    description?: string | null;
    welcome_message?: string | null;
    expires_in_hours?: number | null;
    expires_at?: string | null;
    max_sessions?: number;
    max_messages_per_session?: number;
    session_timeout_minutes?: number;
    rate_limit_per_minute?: number;
    max_message_length?: number;
    chat_intent?: string | null;
    system_prompt_override?: string | null;
    initial_message?: string | null;
    allowed_domains?: string[];
    require_email?: boolean;
    allowed_email_domains?: string[];
    max_concurrent_sessions?: number | null;
    intro?: "none" | "agent";
    allowed_ips?: string[];
    allowed_countries?: string[];
    blocked_countries?: string[];
    pin?: string | null;
    consent_text?: string | null;
    budget?: Schemas["Budget"] | null;
    starters?: string[];
    file_uploads?: Schemas["FileUploads"];
    proof_of_work?: "off" | "adaptive" | "always";
    retention_days?: number | null;
    recipient?: {
      name?: string;
      email?: string;
    } | null;
    source_session_id?: string | null;
    branding?: Schemas["Branding"];
    agent_version?: number | "active";
    friendly_errors?: boolean;
    metadata?: Record<string, unknown>;
    is_active?: boolean;
  };
  UpdateLinkTemplateInput: {
    title?: string;
    description?: string | null;
    welcome_message?: string | null;
    expires_in_hours?: number | null;
    max_sessions?: number;
    max_messages_per_session?: number;
    session_timeout_minutes?: number;
    rate_limit_per_minute?: number;
    max_message_length?: number;
    chat_intent?: string | null;
    system_prompt_override?: string | null;
    initial_message?: string | null;
    allowed_domains?: string[];
    require_email?: boolean;
    allowed_email_domains?: string[];
    max_concurrent_sessions?: number | null;
    intro?: "none" | "agent";
    allowed_ips?: string[];
    allowed_countries?: string[];
    blocked_countries?: string[];
    consent_text?: string | null;
    budget?: Schemas["Budget"] | null;
    starters?: string[];
    file_uploads?: Schemas["FileUploads"];
    proof_of_work?: "off" | "adaptive" | "always";
    retention_days?: number | null;
    branding?: Schemas["Branding"];
    agent_version?: number | "active";
    friendly_errors?: boolean;
    metadata?: Record<string, unknown>;
    is_active?: boolean;
    name?: string;
  };
  UpdateSavedReplyInput: {
    key?: string;
    content?: string;
    action?: "resolve" | "hand_back" | "transfer" | null;
    transfer_to?: string | null;
    digit?: number | null;
  };
  UpdateScheduleInput: {
    name?: string | null;
    cron?: string;
    timezone?: string;
    parameters?: Schemas["Parameters"];
  };
  UpdateTenantInput: {
    require_nonce?: boolean;
    suspended?: boolean;
  };
  UpdateUserInput: {
    role?: "owner" | "admin" | "editor" | "operator" | "viewer";
    name?: string | null;
    disabled?: boolean;
  };
  UpdateWebhookInput: {
    url?: string;
    events?: ("*" | "session.*" | "message.*" | "escalation.*" | "link.*" | "delivery.*" | "webhook.*" | "alert.*" | "audit.*" | "session.started" | "session.ended" | "session.analyzed" | "message.completed" | "escalation.opened" | "escalation.assigned" | "escalation.resolved" | "link.created" | "link.updated" | "link.revoked" | "delivery.sent" | "delivery.failed" | "webhook.disabled" | "alert.fired" | "alert.recovered" | "audit.entry")[];
    is_active?: boolean;
    description?: string | null;
    include_transcript?: boolean;
    include_latency_metrics?: boolean;
  };
  UploadFileInput: {
    name: string;
    media_type?: string;
    content: string;
  };
  Usage: {
    sessions_used: number;
    sessions_remaining: number;
    sessions_active: number;
    messages: number;
    last_used_at: string | null;
    tokens_used: number | null;
    cost_used: number | null;
  };
  UsageForecast: {
    from: string;
    to: string;
    days_known: number;
    trend_per_day: {
      sessions: number;
      messages: number;
    } | null;
    data: {
      day: string;
      sessions: number;
      sessions_low: number;
      sessions_high: number;
      messages: number;
      messages_low: number;
      messages_high: number;
    }[];
  };
  UsageNumbers: {
    group: string;
    label: string | null;
    sessions: number;
    verified: number;
    messages: number;
    ended: number;
    completed: number;
    abandoned: number;
    failed: number;
    completion_rate: number | null;
    average_messages: number | null;
    average_duration_seconds: number | null;
  };
  UsageNumbersAnswer: {
    from: string;
    to: string;
    by: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel";
    truncated: boolean;
    data: Schemas["UsageNumbers"][];
  };
  User: {
    id: string;
    email: string;
    name: string | null;
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    status: "invited" | "active" | "disabled" | "removed";
    created_at: string;
    last_seen_at: string | null;
    me: boolean;
  };
  UserConversations: {
    user_id: string;
    conversations: Schemas["VisitorConversation"][];
    count: number;
  };
  UserSession: {
    id: string;
    via: "mail" | "start" | "oidc";
    browser: string;
    created_at: string;
    last_used_at: string;
    expires_at: string;
    current: boolean;
  };
  ValidatedAgent: {
    valid: boolean;
    issues: Schemas["Issues"][];
  };
  VisitorComment: {
    id: string;
    session_id: string;
    agent_id: string;
    link_id: string | null;
    about: "session" | "answer";
    rating: number | "up" | "down";
    text: string;
    at: string;
  };
  VisitorConversation: {
    conversation_id: string;
    status: "active" | "completed" | "abandoned" | "error";
    created_at: string;
    updated_at: string;
    ended_at: string | null;
    message_count: number;
  };
  Webhook: {
    id: string;
    url: string;
    events: string[];
    agent_id: string | null;
    agent_version: number | null;
    description: string | null;
    include_transcript: boolean;
    include_latency_metrics: boolean;
    is_active: boolean;
    disabled_reason: "owner" | "gone" | "failing" | null;
    disabled_at: string | null;
    failures: number;
    failing_since: string | null;
    previous_secret_until: string | null;
    created_at: string;
    updated_at: string;
  };
  WebhookDelivery: {
    id: string;
    webhook_id: string;
    event_id: string;
    type: string;
    conversation_id: string | null;
    status: "pending" | "delivered" | "failed" | "cancelled";
    attempts: number;
    next_attempt_at: string | null;
    last_attempt_at: string | null;
    outcome: string | null;
    response_status: number | null;
    response_ms: number | null;
    response_body: string | null;
    occurred_at: string;
    ended_at: string | null;
    created_at: string;
  };
  WebhookWithSecret: Schemas["Webhook"] & {
    secret: string;
  };
  WhoAmI: {
    via: "token" | "hmac" | "user";
    role: "owner" | "admin" | "editor" | "operator" | "viewer";
    tenant: {
      id: string;
      name: string;
    };
    user: Schemas["User"] | null;
  };
  WriteNoteInput: {
    content: string;
    name?: string;
    operator?: string;
  };
}

/** Every operation that takes a token or a signing key. `answer` is JSON, `file` anything else. */
export interface Operations {
  /** Create a session */
  "POST /api/chat/sessions": {
    body: Schemas["CreateSessionInput"];
    answer: Schemas["CreatedSession"];
  };
  /** Send a message */
  "POST /api/chat/sessions/{id}/messages": {
    path: { id: string };
    query?: { stream?: "true" | "false" };
    body: Schemas["SendMessageInput"];
    answer: Schemas["TurnAnswer"] | Schemas["AcceptedTurn"];
  };
  /** List the messages of a session */
  "GET /api/chat/sessions/{id}/messages": {
    path: { id: string };
    query?: { limit?: number; cursor?: string };
    answer: Schemas["HistoryPage"];
  };
  /** Get session status */
  "GET /api/chat/sessions/{id}": {
    path: { id: string };
    answer: Schemas["Session"];
  };
  /** End a session */
  "DELETE /api/chat/sessions/{id}": {
    path: { id: string };
    answer: Schemas["ClosedSession"];
  };
  /** Read the trace of a session */
  "GET /api/chat/sessions/{id}/trace": {
    path: { id: string };
    query?: { limit?: number; cursor?: number };
    answer: Schemas["SessionTrace"];
  };
  /** Stream the events of a session */
  "GET /api/chat/sessions/{id}/events": {
    path: { id: string };
    query?: { after?: string };
    file: "text/event-stream";
  };
  /** Get the status of a turn */
  "GET /api/chat/sessions/{id}/turns/{turn_id}": {
    path: { id: string; turn_id: string };
    answer: Schemas["Turn"];
  };
  /** Stop a turn */
  "POST /api/chat/sessions/{id}/turns/{turn_id}/stop": {
    path: { id: string; turn_id: string };
    answer: Schemas["StoppedTurn"];
  };
  /** Escalate to a human */
  "POST /api/chat/sessions/{id}/escalate": {
    path: { id: string };
    body: Schemas["ChannelEscalateInput"];
    answer: {
      escalation_id: string;
      status: "open" | "assigned" | "resolved";
      reason: string | null;
      created_at: string;
    };
  };
  /** Send a typing notice */
  "POST /api/chat/sessions/{id}/typing": {
    path: { id: string };
    body: {
      active: boolean;
    };
    answer: {
      success: true;
    };
  };
  /** Open a conversation */
  "POST /chat/conversations": {
    body: Schemas["OpenConversationInput"];
    answer: Schemas["OpenedConversation"];
  };
  /** Send a message of the channel */
  "POST /chat/{conversation_id}/messages": {
    path: { conversation_id: string };
    body: Schemas["SendChannelMessageInput"];
    answer: Schemas["SentChannelMessage"];
  };
  /** Read the newest messages */
  "GET /chat/{conversation_id}/history": {
    path: { conversation_id: string };
    query?: { limit?: number };
    answer: Schemas["ChannelHistory"];
  };
  /** Send a typing notice */
  "POST /chat/{conversation_id}/typing": {
    path: { conversation_id: string };
    body: Schemas["ChannelTypingInput"];
    answer: {
      success: true;
    };
  };
  /** Get a ticket for a socket */
  "POST /chat/{conversation_id}/ticket": {
    path: { conversation_id: string };
    answer: Schemas["ChannelTicket"];
  };
  /** Request a human */
  "POST /chat/{conversation_id}/escalate": {
    path: { conversation_id: string };
    body: Schemas["ChannelEscalateInput"];
    answer: Schemas["EscalatedChannel"];
  };
  /** List requests for a human */
  "GET /chat/{conversation_id}/escalations": {
    path: { conversation_id: string };
    answer: Schemas["ChannelEscalations"];
  };
  /** Get the state of a conversation */
  "GET /chat/{conversation_id}/status": {
    path: { conversation_id: string };
    answer: Schemas["ChannelStatus"];
  };
  /** List a visitor's conversations */
  "GET /chat/user/{user_id}/conversations": {
    path: { user_id: string };
    answer: Schemas["UserConversations"];
  };
  /** Open a socket */
  "GET /ws/chat/{conversation_id}/{user_id}": {
    path: { conversation_id: string; user_id: string };
    query?: { ticket?: string; after?: string };
  };
  /** List conversations waiting for a human */
  "GET /chat/queue": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "open" | "assigned" | "resolved" };
    answer: {
      data: Schemas["Escalation"][];
      next_cursor: string | null;
    };
  };
  /** Take a conversation */
  "POST /chat/{conversation_id}/assign": {
    path: { conversation_id: string };
    query?: { tenant_id?: string };
    body: Schemas["AssignEscalationInput"];
    answer: Schemas["Escalation"];
  };
  /** Resolve a conversation */
  "POST /chat/{conversation_id}/resolve": {
    path: { conversation_id: string };
    query?: { tenant_id?: string };
    body: Schemas["ResolveEscalationInput"];
    answer: Schemas["Escalation"];
  };
  /** List agents */
  "GET /api/agents": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Agent"][];
      next_cursor: string | null;
    };
  };
  /** Create an agent */
  "POST /api/agents": {
    query?: { tenant_id?: string };
    body: Schemas["CreateAgentInput"];
    answer: Schemas["Agent"];
  };
  /** Get an agent */
  "GET /api/agents/{agent}": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: Schemas["Agent"];
  };
  /** Update an agent */
  "PATCH /api/agents/{agent}": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateAgentInput"];
    answer: Schemas["Agent"];
  };
  /** Delete an agent */
  "DELETE /api/agents/{agent}": {
    path: { agent: string };
    query?: { tenant_id?: string; force?: "" | "true" | "false" };
    answer: {
      deleted: true;
      links_deleted: number;
      sessions_ended: number;
    };
  };
  /** Validate an agent document */
  "POST /api/agents/validate": {
    body: unknown;
    answer: Schemas["ValidatedAgent"];
  };
  /** Import an agent document */
  "POST /api/agents/{agent}/import": {
    path: { agent: string };
    query?: { tenant_id?: string; dry_run?: "true" | "false"; activate?: "true" | "false"; notes?: string; override_reason?: string };
    body: unknown;
    answer: Schemas["ImportedAgent"];
  };
  /** Import several agent documents */
  "POST /api/agents/bulk-import": {
    query?: { tenant_id?: string };
    body: Schemas["BulkImportAgentsInput"];
    answer: {
      results: ({
        status: "created" | "updated" | "validated" | "failed";
        agent_id?: string | null;
        version?: number | null;
        active?: boolean;
        issues: Schemas["Issues"][];
        index: number;
        code?: string;
        message?: string;
      })[];
    };
  };
  /** Export an agent document */
  "GET /api/agents/{agent}/export": {
    path: { agent: string };
    query?: { tenant_id?: string; version?: number };
    answer: unknown;
  };
  /** List overrides of the publish gate */
  "GET /api/agents/{agent}/gate-overrides": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["GateOverride"][];
    };
  };
  /** List versions */
  "GET /api/agents/{agent}/versions": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["AgentVersion"][];
      next_cursor: string | null;
    };
  };
  /** Create a version */
  "POST /api/agents/{agent}/versions": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["CreateVersionInput"];
    answer: Schemas["ImportedAgent"];
  };
  /** Get a version */
  "GET /api/agents/{agent}/versions/{version}": {
    path: { agent: string; version: number };
    query?: { tenant_id?: string };
    answer: {
      version: number;
      content_hash: string;
      notes: string | null;
      active: boolean;
      author?: {
        via: "user" | "token" | "hmac";
        id: string;
      } | null;
      created_at: string;
      document: unknown;
      text: string | null;
    };
  };
  /** Activate a version */
  "POST /api/agents/{agent}/versions/{version}/activate": {
    path: { agent: string; version: number };
    query?: { tenant_id?: string };
    body: unknown;
    answer: Schemas["Agent"];
  };
  /** Compare two versions */
  "GET /api/agents/{agent}/versions/{version}/diff/{other}": {
    path: { agent: string; version: number; other: number };
    query?: { tenant_id?: string };
    answer: Schemas["DocumentDiff"];
  };
  /** Test a version */
  "POST /api/agents/{agent}/versions/{version}/test": {
    path: { agent: string; version: number };
    query?: { tenant_id?: string };
    answer: {
      content_hash: string;
      passed: boolean;
      tests: ({
        name: string;
        passed: boolean;
        steps: ({
          step: number;
          say: string | null;
          passed: boolean;
          reasons: string[];
          got: {
            path: string[];
            node: string;
            reply: string;
            variables: Record<string, unknown>;
            model_calls: number;
            ended: boolean;
          } | null;
        })[];
      })[];
      coverage: {
        nodes: {
          visited: number;
          total: number;
          unvisited: string[];
        };
        edges: {
          visited: number;
          total: number;
          unvisited: {
            from: string;
            condition: string;
            to: string;
          }[];
        };
      };
      duration_ms: number;
      ran_at: string;
      version: number;
    };
  };
  /** Replay recorded sessions against a version */
  "POST /api/agents/{agent}/versions/{version}/replay": {
    path: { agent: string; version: number };
    query?: { tenant_id?: string };
    body: unknown;
    answer: Schemas["ReplayReport"];
  };
  /** Try an agent */
  "POST /api/agents/{agent}/try": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["TryAgentInput"];
    answer: Schemas["TriedAgent"];
  };
  /** List the secrets of an agent */
  "GET /api/agents/{agent}/secrets": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["AgentSecret"][];
      next_cursor: string | null;
    };
  };
  /** Create a secret of an agent */
  "POST /api/agents/{agent}/secrets": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["CreateAgentSecretInput"];
    answer: Schemas["AgentSecret"];
  };
  /** Get a secret of an agent, without its value */
  "GET /api/agents/{agent}/secrets/{secret}": {
    path: { agent: string; secret: string };
    query?: { tenant_id?: string };
    answer: Schemas["AgentSecret"];
  };
  /** Set a secret of an agent */
  "PUT /api/agents/{agent}/secrets/{secret}": {
    path: { agent: string; secret: string };
    query?: { tenant_id?: string };
    body: Schemas["SetAgentSecretInput"];
    answer: Schemas["AgentSecret"];
  };
  /** Delete a secret of an agent */
  "DELETE /api/agents/{agent}/secrets/{secret}": {
    path: { agent: string; secret: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List the drafts of an agent */
  "GET /api/agents/{agent}/drafts": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["DraftEntry"][];
    };
  };
  /** Get your draft of an agent */
  "GET /api/agents/{agent}/drafts/me": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: Schemas["Draft"];
  };
  /** Save your draft of an agent */
  "PUT /api/agents/{agent}/drafts/me": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["SaveDraftInput"];
    answer: Schemas["DraftEntry"];
  };
  /** Delete your draft of an agent */
  "DELETE /api/agents/{agent}/drafts/me": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List earlier states of your draft */
  "GET /api/agents/{agent}/drafts/me/saves": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["DraftSave"][];
    };
  };
  /** Get an earlier state of your draft */
  "GET /api/agents/{agent}/drafts/me/saves/{revision}": {
    path: { agent: string; revision: number };
    query?: { tenant_id?: string };
    answer: Schemas["DraftSave"];
  };
  /** Publish your draft of an agent */
  "POST /api/agents/{agent}/drafts/me/publish": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["PublishDraftInput"];
    answer: Schemas["ImportedAgent"];
  };
  /** List the knowledge base */
  "GET /api/agents/{agent}/knowledge": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["KnowledgeDocument"][];
      next_cursor: string | null;
      ingesting: Schemas["KnowledgeIngestion"][];
    };
  };
  /** Add a document to the knowledge base */
  "POST /api/agents/{agent}/knowledge": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["AddKnowledgeInput"];
    answer: Schemas["AddedKnowledge"];
  };
  /** Read a document of the knowledge base */
  "GET /api/agents/{agent}/knowledge/{id}": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string; after?: number };
    answer: Schemas["KnowledgePassages"];
  };
  /** Remove a document from the knowledge base */
  "DELETE /api/agents/{agent}/knowledge/{id}": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Test the retrieval */
  "POST /api/agents/{agent}/knowledge/search": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["SearchKnowledgeInput"];
    answer: Schemas["FoundKnowledge"];
  };
  /** Get the access policy of an agent */
  "GET /api/agents/{agent}/access-policy": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: Schemas["AccessPolicy"];
  };
  /** Set the access policy of an agent */
  "PUT /api/agents/{agent}/access-policy": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["SetAccessPolicyInput"];
    answer: Schemas["AccessPolicy"];
  };
  /** List the access requests of an agent */
  "GET /api/agents/{agent}/access-requests": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "pending" | "approved" | "denied" };
    answer: {
      data: Schemas["AccessRequest"][];
      next_cursor: string | null;
    };
  };
  /** Approve an access request */
  "POST /api/agents/{agent}/access-requests/{id}/approve": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["AccessRequest"];
  };
  /** Deny an access request */
  "POST /api/agents/{agent}/access-requests/{id}/deny": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["AccessRequest"];
  };
  /** List public links */
  "GET /api/agents/{agent}/public-links": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string; offset?: number; include_inactive?: "true" | "false" };
    answer: {
      data: Schemas["Link"][];
      next_cursor: string | null;
      total: number;
    };
  };
  /** Create a public link */
  "POST /api/agents/{agent}/public-links": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["CreateLinkInput"];
    answer: Schemas["CreatedLink"];
  };
  /** Create, update and deactivate many public links */
  "POST /api/agents/{agent}/public-links/bulk": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["BulkLinksInput"];
    answer: {
      results: ({
        index: number;
        action: "create" | "update" | "deactivate";
        status: "created" | "updated" | "deactivated" | "error";
        id?: string;
        token?: string;
        error?: {
          code: string;
          message: string;
          errors?: {
            pointer: string;
            rule: string;
            message: string;
          }[];
        };
        url?: string;
      })[];
    };
  };
  /** Get a public link */
  "GET /api/agents/{agent}/public-links/{id}": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Link"];
  };
  /** Update a public link */
  "PUT /api/agents/{agent}/public-links/{id}": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateLinkInput"];
    answer: Schemas["Link"];
  };
  /** Delete a public link */
  "DELETE /api/agents/{agent}/public-links/{id}": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
      sessions_ended: number;
    };
  };
  /** List the sessions of a public link */
  "GET /api/agents/{agent}/public-links/{id}/sessions": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "active" | "completed" | "abandoned" | "error" };
    answer: {
      data: Schemas["Session"][];
      next_cursor: string | null;
    };
  };
  /** Get the QR code of a public link */
  "GET /api/agents/{agent}/public-links/{id}/qr.svg": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string; size?: number; ecc?: "L" | "M" | "Q" | "H" };
    file: "image/svg+xml";
  };
  /** Get the snippets that embed a public link */
  "GET /api/agents/{agent}/public-links/{id}/embed": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["LinkSnippets"];
  };
  /** Send a public link */
  "POST /api/agents/{agent}/public-links/{id}/send": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    body: Schemas["SendLinkInput"];
    answer: Schemas["SendPreview"] | Schemas["SendAccepted"];
  };
  /** List deliveries of all public links */
  "GET /api/deliveries": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; agent?: string; link_id?: string; status?: "sending" | "done" | "cancelled"; channel?: "email" | "sms" | "slack" | "teams" | "webhook"; missed?: "true" | "false" };
    answer: {
      data: Schemas["LinkDelivery"][];
      next_cursor: string | null;
    };
  };
  /** List deliveries of a public link */
  "GET /api/agents/{agent}/public-links/{id}/deliveries": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["LinkDelivery"][];
      next_cursor: string | null;
    };
  };
  /** Get a delivery */
  "GET /api/agents/{agent}/public-links/{id}/deliveries/{delivery}": {
    path: { agent: string; id: string; delivery: string };
    query?: { tenant_id?: string };
    answer: Schemas["LinkDelivery"];
  };
  /** List the recipients of a delivery */
  "GET /api/agents/{agent}/public-links/{id}/deliveries/{delivery}/recipients": {
    path: { agent: string; id: string; delivery: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "pending" | "sent" | "failed" | "suppressed" | "limited" | "in_doubt" | "cancelled" };
    answer: {
      data: Schemas["DeliveryRecipient"][];
      next_cursor: string | null;
    };
  };
  /** Cancel a delivery */
  "POST /api/agents/{agent}/public-links/{id}/deliveries/{delivery}/cancel": {
    path: { agent: string; id: string; delivery: string };
    query?: { tenant_id?: string };
    answer: Schemas["LinkDelivery"];
  };
  /** Send a delivery again */
  "POST /api/agents/{agent}/public-links/{id}/deliveries/{delivery}/resend": {
    path: { agent: string; id: string; delivery: string };
    query?: { tenant_id?: string };
    body: Schemas["ResendInput"];
    answer: Schemas["SendPreview"] | Schemas["SendAccepted"];
  };
  /** List message templates */
  "GET /api/message-templates": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["MessageTemplate"][];
      next_cursor: string | null;
    };
  };
  /** Get a message template */
  "GET /api/message-templates/{name}": {
    path: { name: string };
    query?: { tenant_id?: string };
    answer: Schemas["MessageTemplate"];
  };
  /** Create or change a message template */
  "PUT /api/message-templates/{name}": {
    path: { name: string };
    query?: { tenant_id?: string };
    body: Schemas["PutMessageTemplateInput"];
    answer: Schemas["MessageTemplate"];
  };
  /** Delete a message template */
  "DELETE /api/message-templates/{name}": {
    path: { name: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List suppressed addresses */
  "GET /api/suppressions": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Suppression"][];
      next_cursor: string | null;
    };
  };
  /** Suppress an address */
  "POST /api/suppressions": {
    query?: { tenant_id?: string };
    body: Schemas["SuppressInput"];
    answer: Schemas["Suppression"];
  };
  /** Remove a suppression */
  "DELETE /api/suppressions/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List schedules */
  "GET /api/schedules": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Schedule"][];
      next_cursor: string | null;
    };
  };
  /** Create a schedule */
  "POST /api/schedules": {
    query?: { tenant_id?: string };
    body: Schemas["CreateScheduleInput"];
    answer: Schemas["Schedule"];
  };
  /** Get a schedule */
  "GET /api/schedules/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Schedule"];
  };
  /** Update a schedule */
  "PATCH /api/schedules/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateScheduleInput"];
    answer: Schemas["Schedule"];
  };
  /** Delete a schedule */
  "DELETE /api/schedules/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Pause a schedule */
  "POST /api/schedules/{id}/pause": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Schedule"];
  };
  /** Resume a schedule */
  "POST /api/schedules/{id}/resume": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Schedule"];
  };
  /** Run a schedule now */
  "POST /api/schedules/{id}/run-now": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["ScheduleRun"];
  };
  /** List runs of a schedule */
  "GET /api/schedules/{id}/runs": {
    path: { id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["ScheduleRun"][];
      next_cursor: string | null;
    };
  };
  /** Get the host identity settings of a public link */
  "GET /api/agents/{agent}/public-links/{id}/identity": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["HostIdentity"];
  };
  /** Set the public keys of the site that embeds a public link */
  "PUT /api/agents/{agent}/public-links/{id}/identity": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    body: Schemas["SetHostIdentityInput"];
    answer: Schemas["HostIdentity"];
  };
  /** Remove the host identity settings of a public link */
  "DELETE /api/agents/{agent}/public-links/{id}/identity": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Create or rotate the secret that signs host identities */
  "POST /api/agents/{agent}/public-links/{id}/identity/secret": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string };
    answer: Schemas["HostIdentitySecret"];
  };
  /** Get the analytics of a public link */
  "GET /api/agents/{agent}/public-links/{id}/analytics": {
    path: { agent: string; id: string };
    query?: { tenant_id?: string; days?: number };
    answer: Schemas["LinkAnalytics"];
  };
  /** The state of a tenant at a glance */
  "GET /api/overview": {
    query?: { tenant_id?: string };
    answer: Schemas["Overview"];
  };
  /** Get usage */
  "GET /api/analytics/usage": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["UsageNumbersAnswer"];
  };
  /** Get the funnel */
  "GET /api/analytics/funnel": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["FunnelNumbersAnswer"];
  };
  /** Get reached nodes and drop-off */
  "GET /api/analytics/nodes": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["NodeNumbersAnswer"];
  };
  /** Get transitions between nodes */
  "GET /api/analytics/transitions": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["TransitionNumbersAnswer"];
  };
  /** Get response times */
  "GET /api/analytics/response-times": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["ResponseTimeNumbersAnswer"];
  };
  /** Get cost by purpose and model */
  "GET /api/analytics/cost": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["CostNumbersAnswer"];
  };
  /** Get satisfaction */
  "GET /api/analytics/satisfaction": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["SatisfactionNumbersAnswer"];
  };
  /** Get countries */
  "GET /api/analytics/countries": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["CountryNumbersAnswer"];
  };
  /** Get numbers of security events */
  "GET /api/analytics/security": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["SecurityNumbersAnswer"];
  };
  /** Get escalation numbers */
  "GET /api/analytics/escalations": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["EscalationNumbersAnswer"];
  };
  /** Get connection quality */
  "GET /api/analytics/connections": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; by?: "total" | "day" | "hour" | "agent" | "link" | "version" | "channel"; days?: number; from?: string; to?: string };
    answer: Schemas["ConnectionNumbersAnswer"];
  };
  /** Get the usage forecast */
  "GET /api/analytics/forecast": {
    query?: { tenant_id?: string; agent?: string; link_id?: string; version?: number; channel?: "link" | "widget" | "api"; format?: "json" | "csv"; days?: number };
    answer: Schemas["UsageForecast"];
  };
  /** List comments left with ratings */
  "GET /api/analytics/comments": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; agent?: string; link_id?: string };
    answer: {
      data: Schemas["VisitorComment"][];
      next_cursor: string | null;
    };
  };
  /** Rebuild the analytics */
  "POST /api/analytics/rebuild": {
    query?: { tenant_id?: string };
    answer: Schemas["AnalyticsRebuild"];
  };
  /** List alerts */
  "GET /api/alerts": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Alert"][];
      next_cursor: string | null;
    };
  };
  /** Create an alert */
  "POST /api/alerts": {
    query?: { tenant_id?: string };
    body: Schemas["CreateAlertInput"];
    answer: Schemas["Alert"];
  };
  /** Get an alert */
  "GET /api/alerts/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Alert"];
  };
  /** Update an alert */
  "PATCH /api/alerts/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateAlertInput"];
    answer: Schemas["Alert"];
  };
  /** Delete an alert */
  "DELETE /api/alerts/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Test an alert */
  "POST /api/alerts/{id}/test": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["AlertFiring"];
  };
  /** List the firings of an alert */
  "GET /api/alerts/{id}/firings": {
    path: { id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["AlertFiring"][];
      next_cursor: string | null;
    };
  };
  /** List link templates */
  "GET /api/link-templates": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["LinkTemplate"][];
      next_cursor: string | null;
    };
  };
  /** Create a link template */
  "POST /api/link-templates": {
    query?: { tenant_id?: string };
    body: Schemas["CreateLinkTemplateInput"];
    answer: Schemas["LinkTemplate"];
  };
  /** Get a link template */
  "GET /api/link-templates/{template}": {
    path: { template: string };
    query?: { tenant_id?: string };
    answer: Schemas["LinkTemplate"];
  };
  /** Update a link template */
  "PUT /api/link-templates/{template}": {
    path: { template: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateLinkTemplateInput"];
    answer: Schemas["LinkTemplate"];
  };
  /** Delete a link template */
  "DELETE /api/link-templates/{template}": {
    path: { template: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List sessions */
  "GET /api/sessions": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; agent_id?: string; link_id?: string; status?: "active" | "completed" | "abandoned" | "error"; state?: "running" | "waiting" | "with_person" | "ended"; participant?: string; from?: string; to?: string; rating_max?: number; thumbs?: "up" | "down"; escalated?: "true" | "false"; failed?: "true" | "false"; went_badly?: "true" | "false"; review?: "due" | "good" | "wrong"; node?: string; cost_min?: number; text?: string; sort?: "newest" | "last_activity" | "cost" | "rating" | "turns"; format?: "json" | "csv" };
    answer: {
      data: Schemas["ListedSession"][];
      next_cursor: string | null;
    };
  };
  /** Get a session */
  "GET /api/sessions/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      session_id: string;
      conversation_id: string;
      status: "active" | "completed" | "abandoned" | "error";
      node_id: string;
      node_name: string | null;
      turns: number;
      transition_count: number;
      collected_data: Record<string, unknown>;
      created_at: string;
      updated_at: string;
      ended_at: string | null;
      end_reason: string | null;
      expires_at: string | null;
      remaining_messages: number | null;
      message_count: number;
      agent_config_version: number;
      metadata: Record<string, unknown>;
      tenant_id: string;
      agent_id: string;
      link_id: string | null;
      last_event_id: string;
      feedback?: Schemas["SessionFeedback"] | null;
      handled_by?: "agent" | "human";
      operator_name?: string | null;
      waiting_since?: string | null;
      escalation?: Schemas["SessionEscalation"] | null;
      participant?: Schemas["ListedSessionParticipant"];
      participant_verified?: boolean;
      purged_at?: string | null;
      usage?: Schemas["TurnAnswerUsage"] | null;
      analysis?: Schemas["SessionAnalysis"] | null;
    };
  };
  /** End a session */
  "POST /api/sessions/{id}/end": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["ClosedSession"];
  };
  /** Extend a session */
  "POST /api/sessions/{id}/extend": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: {
      minutes: number;
    };
    answer: {
      session_id: string;
      expires_at: string | null;
      idle_expires_at: string;
    };
  };
  /** Watch a session */
  "GET /api/sessions/{id}/live": {
    path: { id: string };
    query?: { tenant_id?: string; after?: string };
    file: "text/event-stream";
  };
  /** Read the trace of a session */
  "GET /api/sessions/{id}/trace": {
    path: { id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: number; prompts?: "true" | "false" };
    answer: Schemas["SessionTrace"];
  };
  /** Read the transcript of a session */
  "GET /api/sessions/{id}/transcript": {
    path: { id: string };
    query?: { tenant_id?: string; format?: "json" | "csv" | "txt" | "html" };
    answer: unknown;
  };
  /** Create a test from a session */
  "POST /api/sessions/{id}/to-test": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      agent: string;
      version: number;
      test: Record<string, unknown>;
      notes: string[];
    };
  };
  /** Replay a session against a version */
  "POST /api/sessions/{id}/replay": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["ReplaySessionInput"];
    answer: Schemas["SessionReplay"];
  };
  /** Download a file of a session */
  "GET /api/sessions/{id}/files/{file_id}": {
    path: { id: string; file_id: string };
    query?: { tenant_id?: string };
    answer: string;
  };
  /** List the notes on a session */
  "GET /api/sessions/{id}/notes": {
    path: { id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["SessionNote"][];
      next_cursor: string | null;
    };
  };
  /** Add a note to a session */
  "POST /api/sessions/{id}/notes": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["WriteNoteInput"];
    answer: Schemas["SessionNote"];
  };
  /** Remove a note */
  "DELETE /api/sessions/{id}/notes/{note}": {
    path: { id: string; note: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Get the verdict on a session */
  "GET /api/sessions/{id}/review": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      review: Schemas["SessionReview"] | null;
    };
  };
  /** Give a verdict on a session */
  "PUT /api/sessions/{id}/review": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["ReviewSessionInput"];
    answer: Schemas["SessionReview"];
  };
  /** Delete the verdict on a session */
  "DELETE /api/sessions/{id}/review": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List saved replies */
  "GET /api/saved-replies": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["SavedReply"][];
      next_cursor: string | null;
    };
  };
  /** Save a reply */
  "POST /api/saved-replies": {
    query?: { tenant_id?: string };
    body: Schemas["CreateSavedReplyInput"];
    answer: Schemas["SavedReply"];
  };
  /** Update a saved reply */
  "PATCH /api/saved-replies/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateSavedReplyInput"];
    answer: Schemas["SavedReply"];
  };
  /** Delete a saved reply */
  "DELETE /api/saved-replies/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Follow the events of a tenant */
  "GET /api/events": {
    query?: { tenant_id?: string };
    file: "text/event-stream";
  };
  /** Announce your presence on a session */
  "POST /api/sessions/{id}/presence": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["PresenceInput"];
    answer: Schemas["SessionPresence"];
  };
  /** Export records in bulk */
  "GET /api/exports/{kind}": {
    path: { kind: "sessions" | "messages" | "ratings" | "notes" | "reviews" | "traces" };
    query?: { tenant_id?: string; format?: "jsonl" | "csv"; agent_id?: string; link_id?: string; from?: string; to?: string; after?: string };
    file: "application/jsonl" | "text/csv";
  };
  /** List escalations */
  "GET /api/escalations": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "open" | "assigned" | "resolved"; session_id?: string; assigned_to?: string };
    answer: {
      data: Schemas["Escalation"][];
      next_cursor: string | null;
    };
  };
  /** Count escalations */
  "GET /api/escalations/count": {
    query?: { tenant_id?: string };
    answer: Schemas["EscalationCounts"];
  };
  /** Get an escalation */
  "GET /api/escalations/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Escalation"];
  };
  /** Take over a session */
  "POST /api/sessions/{id}/take-over": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["TakeOverSessionInput"];
    answer: Schemas["Escalation"];
  };
  /** Assign an escalation */
  "POST /api/escalations/{id}/assign": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["AssignEscalationInput"];
    answer: Schemas["Escalation"];
  };
  /** Transfer an escalation */
  "POST /api/escalations/{id}/transfer": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["TransferEscalationInput"];
    answer: Schemas["Escalation"];
  };
  /** Reply as a human */
  "POST /api/escalations/{id}/reply": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["ReplyToVisitorInput"];
    answer: {
      message_id: string;
      session_id: string;
      created_at: string;
    };
  };
  /** Send a typing notice as operator */
  "POST /api/escalations/{id}/typing": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["OperatorTypingInput"];
    answer: {
      success: true;
    };
  };
  /** Suggest a reply */
  "POST /api/escalations/{id}/suggest": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["AskForSuggestionInput"];
    answer: Schemas["SuggestedReply"];
  };
  /** Resolve an escalation */
  "POST /api/escalations/{id}/resolve": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["ResolveEscalationInput"];
    answer: Schemas["Escalation"];
  };
  /** Hand a session back to the agent */
  "POST /api/escalations/{id}/hand-back": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["HandBackInput"];
    answer: Schemas["Escalation"];
  };
  /** Get the availability of people */
  "GET /api/agents/{agent}/people": {
    path: { agent: string };
    query?: { tenant_id?: string };
    answer: Schemas["People"];
  };
  /** Set the availability of people */
  "PUT /api/agents/{agent}/people": {
    path: { agent: string };
    query?: { tenant_id?: string };
    body: Schemas["SetPeopleInput"];
    answer: Schemas["People"];
  };
  /** List your push subscriptions */
  "GET /api/push-subscriptions": {
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["PushSubscription"][];
      next_cursor: string | null;
      public_key: string;
    };
  };
  /** Subscribe a browser to push notifications */
  "PUT /api/push-subscriptions": {
    query?: { tenant_id?: string };
    body: Schemas["SubscribePushInput"];
    answer: Schemas["PushSubscription"];
  };
  /** Unsubscribe a browser */
  "DELETE /api/push-subscriptions/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List the memories of an agent */
  "GET /api/agents/{agent}/memory": {
    path: { agent: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["ListedMemory"][];
      next_cursor: string | null;
    };
  };
  /** Get the memory of a person */
  "GET /api/agents/{agent}/memory/{email}": {
    path: { agent: string; email: string };
    query?: { tenant_id?: string };
    answer: Schemas["Memory"];
  };
  /** Set the memory of a person */
  "PUT /api/agents/{agent}/memory/{email}": {
    path: { agent: string; email: string };
    query?: { tenant_id?: string };
    body: Schemas["SetMemoryInput"];
    answer: Schemas["Memory"];
  };
  /** Forget a person */
  "DELETE /api/agents/{agent}/memory/{email}": {
    path: { agent: string; email: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List the changes of a memory */
  "GET /api/agents/{agent}/memory/{email}/history": {
    path: { agent: string; email: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["MemoryChange"][];
      next_cursor: string | null;
    };
  };
  /** Restore an earlier revision of a memory */
  "POST /api/agents/{agent}/memory/{email}/undo": {
    path: { agent: string; email: string };
    query?: { tenant_id?: string };
    body: Schemas["UndoMemoryInput"];
    answer: Schemas["Memory"];
  };
  /** Export the data of a person */
  "GET /api/privacy/export": {
    query: { tenant_id?: string; email: string };
    file: "application/zip";
  };
  /** Export the data of a person */
  "POST /api/privacy/export": {
    query?: { tenant_id?: string };
    body: Schemas["ExportPersonInput"];
    file: "application/zip";
  };
  /** List webhooks */
  "GET /api/webhooks": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Webhook"][];
      next_cursor: string | null;
    };
  };
  /** Create a webhook */
  "POST /api/webhooks": {
    query?: { tenant_id?: string };
    body: Schemas["CreateWebhookInput"];
    answer: Schemas["WebhookWithSecret"];
  };
  /** Get a webhook */
  "GET /api/webhooks/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["Webhook"];
  };
  /** Update a webhook */
  "PATCH /api/webhooks/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateWebhookInput"];
    answer: Schemas["Webhook"];
  };
  /** Delete a webhook */
  "DELETE /api/webhooks/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Rotate the secret of a webhook */
  "POST /api/webhooks/{id}/rotate": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["RotateSecretInput"] | null;
    answer: Schemas["WebhookWithSecret"];
  };
  /** Rotate the secret of webhook actions */
  "POST /api/webhooks/actions/rotate": {
    query?: { tenant_id?: string };
    body: Schemas["RotateSecretInput"] | null;
    answer: {
      secret: string;
      previous_secret_until: string | null;
    };
  };
  /** Test a webhook */
  "POST /api/webhooks/{id}/test": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["WebhookDelivery"];
  };
  /** List the deliveries of all webhooks */
  "GET /api/webhooks/deliveries": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "pending" | "delivered" | "failed" | "cancelled"; type?: string; webhook_id?: string };
    answer: {
      data: Schemas["WebhookDelivery"][];
      next_cursor: string | null;
    };
  };
  /** List the deliveries of a webhook */
  "GET /api/webhooks/{id}/deliveries": {
    path: { id: string };
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "pending" | "delivered" | "failed" | "cancelled" };
    answer: {
      data: Schemas["WebhookDelivery"][];
      next_cursor: string | null;
    };
  };
  /** Redeliver a webhook */
  "POST /api/webhooks/deliveries/{id}/redeliver": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["WebhookDelivery"];
  };
  /** Get the caller */
  "GET /api/users/me": {
    query?: { tenant_id?: string };
    answer: Schemas["WhoAmI"];
  };
  /** List the caller's browsers */
  "GET /api/users/me/sessions": {
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["UserSession"][];
    };
  };
  /** Sign the caller out of a browser */
  "DELETE /api/users/me/sessions/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List users */
  "GET /api/users": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["User"][];
      next_cursor: string | null;
    };
  };
  /** Invite a user */
  "POST /api/users": {
    query?: { tenant_id?: string };
    body: Schemas["InviteUserInput"];
    answer: Schemas["User"];
  };
  /** Update a user */
  "PATCH /api/users/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UpdateUserInput"];
    answer: Schemas["User"];
  };
  /** Remove a user */
  "DELETE /api/users/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Sign a user out everywhere */
  "DELETE /api/users/{id}/sessions": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      ended: number;
    };
  };
  /** List management tokens */
  "GET /api/tokens": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Token"][];
      next_cursor: string | null;
    };
  };
  /** Create a token */
  "POST /api/tokens": {
    query?: { tenant_id?: string };
    body: Schemas["CreateTokenInput"];
    answer: Schemas["CreatedToken"];
  };
  /** List operators */
  "GET /api/operators": {
    query?: { tenant_id?: string };
    answer: {
      data: Schemas["Operator"][];
    };
  };
  /** Revoke a token */
  "DELETE /api/tokens/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** List signing keys */
  "GET /api/keys": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Key"][];
      next_cursor: string | null;
    };
  };
  /** Create a signing key */
  "POST /api/keys": {
    query?: { tenant_id?: string };
    body: Schemas["CreateKeyInput"];
    answer: Schemas["CreatedKey"];
  };
  /** Update a signing key */
  "PATCH /api/keys/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["RequireNonceInput"];
    answer: Schemas["Key"];
  };
  /** Revoke a signing key */
  "DELETE /api/keys/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Rotate a signing key */
  "POST /api/keys/{id}/rotate": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["CreatedKey"];
  };
  /** Re-encrypt everything under the current master key */
  "POST /api/key-rotation": {
    body: Schemas["RotateKeysInput"] | null;
    answer: Schemas["RotatedKeys"];
  };
  /** List tenants */
  "GET /api/tenants": {
    query?: { limit?: number; cursor?: string };
    answer: {
      data: Schemas["Tenant"][];
      next_cursor: string | null;
    };
  };
  /** Create a tenant */
  "POST /api/tenants": {
    body: Schemas["CreateTenantInput"];
    answer: Schemas["CreatedTenant"];
  };
  /** Update a tenant */
  "PATCH /api/tenants/{id}": {
    path: { id: string };
    body: Schemas["UpdateTenantInput"];
    answer: Schemas["Tenant"];
  };
  /** List dead letters */
  "GET /api/dead-letters": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; status?: "waiting" | "replaying" | "replayed" | "failed"; session_id?: string; agent_id?: string };
    answer: {
      data: Schemas["DeadLetter"][];
      next_cursor: string | null;
    };
  };
  /** Get a dead letter */
  "GET /api/dead-letters/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["DeadLetterWithText"];
  };
  /** Drop a dead letter */
  "DELETE /api/dead-letters/{id}": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: {
      deleted: true;
    };
  };
  /** Replay a dead letter */
  "POST /api/dead-letters/{id}/replay": {
    path: { id: string };
    query?: { tenant_id?: string };
    answer: Schemas["DeadLetter"];
  };
  /** Erase a person or a session */
  "POST /api/privacy/erasure": {
    query?: { tenant_id?: string };
    body: Schemas["EraseRequestInput"];
    answer: Schemas["Erasure"];
  };
  /** List erasures */
  "GET /api/privacy/erasures": {
    query?: { tenant_id?: string; limit?: number; cursor?: string };
    answer: {
      data: Schemas["Erasure"][];
      next_cursor: string | null;
    };
  };
  /** Get an erasure */
  "GET /api/privacy/erasures/{id}": {
    path: { id: string };
    query?: { tenant_id?: string; check?: "true" | "false" };
    answer: Schemas["CheckedErasure"];
  };
  /** Verify a receipt of an erasure */
  "POST /api/privacy/erasures/verify": {
    query?: { tenant_id?: string };
    body: Schemas["ErasureReceiptInput"];
    answer: Schemas["ReceiptVerdict"];
  };
  /** List security events */
  "GET /api/analytics/security-events": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; link_id?: string; kind?: "rate_limited" | "adaptive_tightened" | "pin_failures" | "verification_failures" | "origin_refused" | "address_refused" | "country_refused" | "suspicious_content" | "proof_failed" | "output_withheld" | "request_replayed" | "identity_refused"; days?: number };
    answer: {
      data: Schemas["SecurityEvent"][];
      next_cursor: string | null;
    };
  };
  /** List audit entries */
  "GET /api/audit": {
    query?: { tenant_id?: string; limit?: number; cursor?: string; action?: string; actor_id?: string; target_type?: string; target_id?: string; from?: string; to?: string };
    answer: {
      data: Schemas["AuditEntry"][];
      next_cursor: string | null;
    };
  };
  /** Export the audit */
  "GET /api/audit/export": {
    query?: { tenant_id?: string; action?: string; actor_id?: string; target_type?: string; target_id?: string; from?: string; to?: string; after?: number };
    file: "application/jsonl";
  };
  /** Verify the audit */
  "GET /api/audit/verify": {
    query?: { tenant_id?: string; cursor?: string };
    answer: Schemas["AuditVerified"];
  };
  /** Get the address of the caller */
  "GET /api/client-address": {
    query?: { tenant_id?: string };
    answer: {
      client_address: string;
      connected_from: string;
      forwarded_for: string | null;
    };
  };
  /** Clear caches */
  "POST /api/caches/clear": {
    query?: { tenant_id?: string };
    body: {
      agent?: string;
    };
    answer: {
      agent_id: string | null;
      cleared: true;
    };
  };
  /** List the mails of the development mailbox */
  "GET /api/dev/mail": {
    query?: { tenant_id?: string; limit?: number };
    answer: {
      data: {
        id: string;
        to: string;
        subject: string;
        text: string;
        created_at: string;
      }[];
    };
  };
  /** List the effective settings */
  "GET /api/settings": {
    query?: { tenant_id?: string };
    answer: Schemas["SettingsInForce"];
  };
  /** Get the week of sample conversations */
  "GET /api/demo-week": {
    query?: { tenant_id?: string };
    answer: Schemas["DemoWeek"];
  };
  /** Remove the week of sample conversations */
  "DELETE /api/demo-week": {
    query?: { tenant_id?: string };
    answer: Schemas["DemoWeekRemoved"];
  };
  /** Upload a file for the visitor */
  "POST /api/sessions/{id}/files": {
    path: { id: string };
    query?: { tenant_id?: string };
    body: Schemas["UploadFileInput"];
    answer: Schemas["SessionFile"];
  };
}

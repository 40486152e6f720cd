import type { LinkSection } from "./link-field.js";

export const LIMITS: LinkSection = {
  id: "limits",
  title: "Limits",
  fields: [
    {
      type: "number",
      name: "max_concurrent_sessions",
      label: "At the same time",
      min: 1,
      max: 10_000,
      initial: null,
      help: "How many of them may run at once. Empty: all of them.",
    },
    {
      type: "number",
      name: "max_messages_per_session",
      label: "Messages per conversation",
      min: 1,
      max: 1_000,
      initial: 100,
      help: "What one visitor can send before the conversation is closed.",
    },
    {
      type: "number",
      name: "session_timeout_minutes",
      label: "Ends when idle for",
      min: 5,
      max: 1_440,
      initial: 30,
      unit: "minutes",
      help: "An inactive conversation ends after this time.",
    },
    {
      type: "number",
      name: "rate_limit_per_minute",
      label: "Messages per minute",
      min: 1,
      max: 100,
      initial: 10,
      help: "Faster senders are asked to wait.",
    },
    {
      type: "number",
      name: "max_message_length",
      label: "Length of a message",
      min: 1,
      max: 10_000,
      initial: 4_000,
      unit: "characters",
      help: "Longer messages are refused before the agent sees them.",
    },
  ],
};

export const BUDGET: LinkSection = {
  id: "budget",
  title: "Budget",
  lead: "What the model may cost on this link, in all. Empty: no budget.",
  fields: [
    {
      type: "number",
      name: "budget/max_cost",
      label: "US dollars",
      min: 0.000001,
      max: 1_000_000,
      initial: null,
      decimals: true,
      help: "By the price table of the installation.",
    },
    {
      type: "number",
      name: "budget/max_tokens",
      label: "Tokens",
      min: 1,
      max: 1_000_000_000_000,
      initial: null,
      help: "In and out, all conversations together.",
    },
    {
      type: "choice",
      name: "budget/hard",
      label: "When it is used up",
      help: "",
      initial: "yes",
      options: [
        { value: "yes", label: "Refuse further messages" },
        { value: "", label: "Continue, with a warning" },
      ],
    },
  ],
};

export const FILES: LinkSection = {
  id: "files",
  title: "Files",
  fields: [
    { type: "check", name: "file_uploads/enabled", label: "Visitors may attach files" },
    {
      type: "list",
      name: "file_uploads/types",
      label: "Kinds",
      maxItems: 30,
      item: { shape: /^[a-z]+\/(\*|[a-z0-9.+-]+)$/, words: "must be media types such as image/* or application/pdf" },
      help: "One per line, such as image/* or application/pdf.",
    },
    {
      type: "number",
      name: "file_uploads/max_bytes",
      label: "Size of one",
      min: 0.001,
      max: 10,
      initial: 5,
      unit: "MB",
      decimals: true,
      help: "Larger files are refused.",
    },
    {
      type: "number",
      name: "file_uploads/max_count",
      label: "Files per conversation",
      min: 1,
      max: 100,
      initial: 10,
      help: "",
    },
  ],
};
export const FILE_TYPES = "image/png\nimage/jpeg\nimage/gif\nimage/webp\napplication/pdf\ntext/plain";

export const AGENT: LinkSection = {
  id: "agent",
  title: "Version and instructions for the agent",
  fields: [
    { type: "special", name: "agent_version", control: "version", initial: "active" },
    {
      type: "paragraph",
      name: "chat_intent",
      label: "Purpose of this link",
      maxLength: 2_000,
      rows: 3,
      help: "For the agent, never shown to visitors: what these conversations should achieve.",
    },
    {
      type: "paragraph",
      name: "initial_message",
      label: "First words of the agent",
      maxLength: 2_000,
      rows: 2,
      help: "What the agent says first, word for word. {{recipient.name}} is filled in.",
    },
    {
      type: "paragraph",
      name: "system_prompt_override",
      label: "Instead of the agent’s own prompt",
      maxLength: 4_000,
      rows: 4,
      help: "Replaces the general instruction of the agent for this link. Never shown to visitors.",
    },
  ],
};

export const ADVANCED: LinkSection = {
  id: "advanced",
  title: "Advanced",
  fields: [
    {
      type: "check",
      name: "friendly_errors",
      label: "Tell visitors when the link has expired, instead of “not available”",
    },
    {
      type: "number",
      name: "retention_days",
      label: "Keep conversations for",
      min: 1,
      max: 3_650,
      initial: null,
      unit: "days",
      help: "Counted from the end of each. Empty: the default of the installation.",
    },
    {
      type: "text",
      name: "source_session_id",
      label: "Made from the session",
      maxLength: 64,
      help: "Id of the conversation this link comes from. Only a note: the two share nothing.",
    },
    {
      type: "paragraph",
      name: "metadata",
      label: "Metadata",
      maxLength: 16_384,
      rows: 3,
      help: "A JSON object for your own systems.",
    },
  ],
};

import type { McpTool } from "@parley/contracts";

/** The server's list: a missing or extra tool does not compile. */
const WORDS: Record<McpTool, string> = {
  create_temporary_chat_link: "Create links",
  list_temporary_chat_links: "List links",
  update_temporary_chat_link: "Change links",
  delete_temporary_chat_link: "Delete links",
  send_temporary_chat_link: "Send links",
  get_temporary_chat_delivery: "Read deliveries",
  get_temporary_chat_analytics: "Read numbers of a link",
  list_temporary_chat_schedules: "List schedules",
  create_temporary_chat_schedule: "Create schedules",
  update_temporary_chat_schedule: "Change schedules",
  manage_temporary_chat_schedule: "Pause, run and delete schedules",
  get_analytics: "Read analytics",
  list_temporary_chat_sessions: "List sessions",
  manage_temporary_chat_session: "End and extend sessions",
  get_temporary_chat_transcript: "Read transcripts",
  get_user_memory: "Read memory of people",
  write_user_memory: "Write memory of people",
  list_escalations: "List who waits for a human",
  take_escalation: "Take a conversation",
  reply_to_escalation: "Reply to a person",
  resolve_escalation: "Resolve a conversation",
};

export const MCP_TOOLS: readonly string[] = Object.keys(WORDS);
const words: Readonly<Record<string, string | undefined>> = WORDS;
export const toolWords = (tool: string): string => words[tool] ?? tool;

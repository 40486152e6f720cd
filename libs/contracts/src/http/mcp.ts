import { z } from "zod";

/** Tools of the MCP server that can be switched on and off for an agent. */
export const mcpTool = z.enum([
  "create_temporary_chat_link",
  "list_temporary_chat_links",
  "update_temporary_chat_link",
  "delete_temporary_chat_link",
  "send_temporary_chat_link",
  "get_temporary_chat_delivery",
  "get_temporary_chat_analytics",
  "list_temporary_chat_schedules",
  "create_temporary_chat_schedule",
  "update_temporary_chat_schedule",
  "manage_temporary_chat_schedule",
  "get_analytics",
  "list_temporary_chat_sessions",
  "manage_temporary_chat_session",
  "get_temporary_chat_transcript",
  "get_user_memory",
  "write_user_memory",
  "list_escalations",
  "take_escalation",
  "reply_to_escalation",
  "resolve_escalation",
]);
export type McpTool = z.infer<typeof mcpTool>;

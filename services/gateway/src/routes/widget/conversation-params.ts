import { z } from "zod";

export const conversationParams = z.object({ conversation_id: z.string().min(1).max(128) });
export const userParams = z.object({ user_id: z.string().min(1).max(128) });

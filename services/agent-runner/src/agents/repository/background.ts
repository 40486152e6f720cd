import type { SessionTrace } from "@parley/contracts";
import { sql } from "@parley/db";
import type { TenantTransaction } from "./agents.js";

/** Model calls for a conversation outside its turns: after its end, and for its person's memory. */
export async function backgroundOf(
  trx: TenantTransaction,
  conversationId: string,
): Promise<NonNullable<SessionTrace["background"]>> {
  const { rows } = await sql<NonNullable<SessionTrace["background"]>>`select
    (select json_build_object('status', status, 'error', error_code, 'model', model, 'usage', json_build_object(
        'input_tokens', coalesce(input_tokens, 0), 'output_tokens', coalesce(output_tokens, 0), 'cost', cost))
       from session_analyses where conversation_id = ${conversationId}) as analysis,
    (select json_build_object('usage', json_build_object('input_tokens', input_tokens, 'output_tokens', output_tokens, 'cost', cost))
       from memory_cursors where conversation_id = ${conversationId} and input_tokens + output_tokens > 0) as memory`.execute(
    trx,
  );
  return rows[0] ?? { analysis: null, memory: null };
}

import type { Db } from "@parley/db";
import type { Answers } from "./check-answers.js";

export interface DueAnalysis {
  conversation_id: string;
  tenant_id: string;
  session_id: string;
  agent_id: string;
  agent_version: number;
  /** This one included. */
  attempt: number;
}

export interface AnalysisResult {
  answers: Answers;
  unanswered: string[];
  model: string;
  input_tokens: number;
  output_tokens: number;
}

/** SQL of the questions that sessions are asked after their end. */
export function createAnalysisRepository(db: Db) {
  return {
    /** Takes analyses that wait for `holdMs`: nobody else takes them until then. */
    claim(limit: number, holdMs: number): Promise<DueAnalysis[]> {
      return db.query<DueAnalysis>("select * from claim_analyses($1, $2)", [limit, holdMs]);
    },
    /** Oldest first, the newest `limit` messages. */
    history(at: DueAnalysis, limit: number): Promise<{ role: "user" | "assistant"; content: string }[]> {
      return db.query("select * from analysis_history($1, $2, $3)", [at.tenant_id, at.conversation_id, limit]);
    },
    /** Keeps the answers and tells of them; false = somebody else did, or took over. */
    async finish(at: DueAnalysis, result: AnalysisResult): Promise<boolean> {
      const [row] = await db.query<{ r: boolean }>("select finish_analysis($1, $2, $3, $4::jsonb) as r", [
        at.tenant_id,
        at.conversation_id,
        at.attempt,
        JSON.stringify(result),
      ]);
      return row?.r === true;
    },
    /** Puts it off (`retryMs` null = given up); an attempt that was overtaken changes nothing. */
    async fail(at: DueAnalysis, code: string, retryMs: number | null): Promise<void> {
      await db.query("select fail_analysis($1, $2, $3, $4, $5)", [
        at.tenant_id,
        at.conversation_id,
        at.attempt,
        code,
        retryMs,
      ]);
    },
  };
}
export type AnalysisRepository = ReturnType<typeof createAnalysisRepository>;

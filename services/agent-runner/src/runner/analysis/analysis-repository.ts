import { type Db, namedCall } from "@parley/db";
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

/** Usage of an attempt. `charged_` counts against the link's budget: an estimate where the usage was not counted. */
export interface AnalysisUse {
  model?: string;
  input_tokens: number;
  output_tokens: number;
  /** US dollars; null = the model has no price. */
  cost: number | null;
  charged_tokens: number;
  charged_cost: number;
}

interface AnalysisResult extends AnalysisUse {
  answers: Answers;
  unanswered: string[];
  model: string;
}

/** How an attempt without answers ends: postponed by `retry_ms`, given up, or skipped because the budget has no room. */
export type AnalysisEnd =
  | { status: "pending"; code: string | null; retry_ms: number }
  | { status: "failed" | "skipped"; code: string };

const attemptOf = (at: DueAnalysis) => ({
  tenant: at.tenant_id,
  conversation: at.conversation_id,
  attempt: at.attempt,
});
const NOTHING_USED = {
  model: null,
  input_tokens: null,
  output_tokens: null,
  cost: null,
  charged_tokens: null,
  charged_cost: null,
};

/** SQL of the questions that sessions are asked after their end. */
export function createAnalysisRepository(db: Db) {
  return {
    /** Claims waiting analyses for `holdMs`: nobody else can claim them until then. */
    claim(limit: number, holdMs: number): Promise<DueAnalysis[]> {
      return db.query<DueAnalysis>("select * from claim_analyses($1, $2)", [limit, holdMs]);
    },
    /** Oldest first, the newest `limit` messages. */
    history(at: DueAnalysis, limit: number): Promise<{ role: "user" | "assistant"; content: string }[]> {
      return db.query("select * from analysis_history($1, $2, $3)", [at.tenant_id, at.conversation_id, limit]);
    },
    /** Stores the answers, charges the link and writes the event; false = somebody else did, or took over. */
    async finish(at: DueAnalysis, result: AnalysisResult): Promise<boolean> {
      const [call, values] = namedCall("finish_analysis", {
        ...attemptOf(at),
        ...result,
        answers: JSON.stringify(result.answers),
      });
      const [row] = await db.query<{ r: boolean }>(`select ${call} as r`, values);
      return row?.r === true;
    },
    /** Ends an attempt and charges the link; false = it was overtaken, and nothing changes. */
    async settle(at: DueAnalysis, end: AnalysisEnd, used: AnalysisUse | null): Promise<boolean> {
      const [call, values] = namedCall("settle_analysis", {
        ...attemptOf(at),
        ...NOTHING_USED,
        ...used,
        retry_ms: null,
        ...end,
      });
      const [row] = await db.query<{ r: boolean }>(`select ${call} as r`, values);
      return row?.r === true;
    },
  };
}
export type AnalysisRepository = ReturnType<typeof createAnalysisRepository>;

import { TerminalError } from "@parley/contracts";
import type { Model } from "@parley/llm";
import { compile, validateDocument } from "@parley/workflow";
import type { TurnRepository } from "../repository/turns.js";
import { modelMessages } from "../turns/prompt.js";
import type { AnalysisRepository, DueAnalysis } from "./analysis-repository.js";
import { checkAnswers, promptOf } from "./check-answers.js";

export interface AnalyseDeps {
  model: Model;
  analyses: AnalysisRepository;
  turns: Pick<TurnRepository, "document">;
  /** Messages the model sees at most, the newest ones. */
  maxMessages: number;
}

/**
 * Asks the questions of a session's version in one model call and keeps the answers. Idempotent by conversation and attempt: of
 * several results one is kept. Answers whether this one was. Throws ModelError, TerminalError (no repeat can help), or the signal's reason.
 */
export async function analyseSession(deps: AnalyseDeps, due: DueAnalysis, signal: AbortSignal): Promise<boolean> {
  const row = await deps.turns.document(due.tenant_id, due.agent_id, due.agent_version);
  if (!row) throw new TerminalError("the agent version of this session is gone");
  const { document } = validateDocument(row.document);
  if (!document) throw new TerminalError("the stored agent document is not valid");
  const { post_call_analysis: analysis, "x-scripted": scripted } = document.workflow;
  const questions = analysis?.questions ?? [];
  const history = await deps.analyses.history(due, deps.maxMessages);
  const { extractionModel } = compile(document);
  const answer = await deps.model.extract(
    {
      variables: questions.map((question) => ({ name: question.name, prompt: promptOf(question) })),
      messages: modelMessages(
        history.map((message) => ({ ...message, node_id: null })),
        0,
      ),
      ...(analysis?.additional_instructions ? { instructions: analysis.additional_instructions } : {}),
      settings: {
        ...(extractionModel.model_name === null ? {} : { model_name: extractionModel.model_name }),
        temperature: 0,
        max_tokens: extractionModel.max_tokens,
      },
      hints: {
        agentName: row.name,
        nodeId: "post_call_analysis",
        nodeName: null,
        variables: {},
        ...(scripted ? { scripted } : {}),
      },
    },
    { signal },
  );
  return deps.analyses.finish(due, {
    ...checkAnswers(questions, answer.values),
    model: answer.model,
    input_tokens: answer.usage.inputTokens,
    output_tokens: answer.usage.outputTokens,
  });
}

import { TerminalError } from "@parley/contracts";
import type { ExtractRequest, Model } from "@parley/llm";
import { budgetedModel, modelMessages, type Spent } from "@parley/turns";
import { compile, validateDocument } from "@parley/workflow";
import type { DocumentRepository } from "../../documents/document-repository.js";
import type { BudgetRepository } from "../repository/budgets.js";
import type { AnalysisRepository, DueAnalysis } from "./analysis-repository.js";
import { analysisUse } from "./analysis-use.js";
import { checkAnswers, promptOf, type Question } from "./check-answers.js";

export interface AnalyseDeps {
  model: Model;
  analyses: AnalysisRepository;
  documents: DocumentRepository;
  budgets: Pick<BudgetRepository, "reserve">;
  /** Maximum number of messages the model sees, the newest ones. */
  maxMessages: number;
}

/**
 * Asks the questions of a session's version in one model call and stores the answers. The call first reserves room in the budget of the
 * session's link; `spent` holds what it charged, also when it fails. Idempotent by conversation and attempt: of several results one is
 * kept. Returns whether this one was. Throws ModelError, TurnRefused (the budget), TerminalError (no repeat can help), or the signal's
 * reason.
 */
export async function analyseSession(
  deps: AnalyseDeps,
  due: DueAnalysis,
  { spent, signal }: { spent: Spent; signal: AbortSignal },
): Promise<{ kept: boolean; use: ReturnType<typeof analysisUse> }> {
  const { request, questions } = await questionsOf(deps, due);
  // An analysis is fenced by its attempt, and no turn has the number 0. Nobody waits for it: without room it is postponed at once.
  const turn = { tenant_id: due.tenant_id, conversation_id: due.conversation_id, seq: 0, fence: due.attempt };
  const model = budgetedModel(deps.model, { budgets: deps.budgets, waitMs: 0, turn, spent });
  const answer = await model.extract(request, { signal });
  const use = analysisUse(deps.model, answer.model, { usage: answer.usage, spent });
  const result = { ...checkAnswers(questions, answer.values), ...use, model: answer.model };
  return { kept: await deps.analyses.finish(due, result), use };
}

async function questionsOf(
  deps: AnalyseDeps,
  due: DueAnalysis,
): Promise<{ request: ExtractRequest; questions: readonly Question[] }> {
  const row = await deps.documents.document(due.tenant_id, due.agent_id, due.agent_version);
  if (!row) throw new TerminalError("the agent version of this session is gone");
  const { document } = validateDocument(row.document);
  if (!document) throw new TerminalError("the stored agent document is not valid");
  const { post_call_analysis: analysis, "x-scripted": scripted } = document.workflow;
  const questions = analysis?.questions ?? [];
  const history = await deps.analyses.history(due, deps.maxMessages);
  const { extractionModel } = compile(document);
  const request: ExtractRequest = {
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
      ...(extractionModel.provider_id === null ? {} : { provider_id: extractionModel.provider_id }),
      ...(extractionModel.service_tier === null ? {} : { service_tier: extractionModel.service_tier }),
    },
    hints: {
      agentName: row.name,
      nodeId: "post_call_analysis",
      nodeName: null,
      variables: {},
      ...(scripted ? { scripted } : {}),
    },
  };
  return { request, questions };
}

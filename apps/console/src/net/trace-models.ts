import { count, type Json, list, numberOrNull, oneOf, record, text, textOrNull, texts } from "./reading.js";
import { readUsed, type Used } from "./used.js";

export interface TracedCondition {
  nodeId: string;
  condition: string;
  target: string;
  /** `ask`: a model had to be asked first. */
  verdict: "yes" | "no" | "ask";
  inputs: Json;
}

export interface TracedCall {
  type: string;
  nodeId: string;
  model: string | null;
  latencyMs: number;
  used: Used | null;
  /** Code of what went wrong. */
  failed: string | null;
  /** Of an API call. */
  http: { method: string; status: number | null; attempts: number } | null;
  /** How many passages of the knowledge base it was given. */
  passages: number | null;
}

export interface TracedTurn {
  id: string;
  turn: number;
  kind: string;
  status: string;
  error: string | null;
  nodes: string[];
  conditions: TracedCondition[];
  conditionsUnknown: boolean;
  calls: TracedCall[];
  /** Names of what was learned. */
  learned: string[];
  notes: string[];
  latency: { totalMs: number; modelMs: number; apiMs: number };
  used: Used;
}

export interface TracePage {
  turns: TracedTurn[];
  nextCursor: string | null;
  /** What was asked of models about the session beside its turns. */
  background: { label: string; status: string; error: string | null; used: Used }[];
}

/** Reads the answer of `GET /api/sessions/{id}/trace`. */
export function readTrace(value: unknown): TracePage {
  const from = record(value);
  const { analysis, memory } = record(from.background);
  const beside = (label: string, of: unknown): TracePage["background"] =>
    of === null || of === undefined
      ? []
      : [{ label, ...{ status: text(record(of).status), error: textOrNull(record(of).error) }, used: usedOf(of) }];
  return {
    turns: list(from.turns).map(readTurn),
    nextCursor: textOrNull(from.next_cursor),
    background: [...beside("Analysis after the end", analysis), ...beside("Memory of the person", memory)],
  };
}

function readTurn(value: unknown): TracedTurn {
  const from = record(value);
  const latency = record(from.latency);
  return {
    id: text(from.turn_id),
    turn: count(from.turn),
    kind: text(from.kind),
    status: text(from.status),
    error: textOrNull(from.error),
    nodes: texts(from.nodes),
    conditions: list(from.conditions).map(readCondition),
    conditionsUnknown: from.conditions_unknown === true,
    calls: list(from.calls).map(readCall),
    learned: Object.keys(record(from.variables)),
    notes: [...list(from.warnings), ...list(from.logs)].map(readNote),
    latency: {
      totalMs: numberOrNull(latency.total_ms) ?? 0,
      modelMs: numberOrNull(latency.model_ms) ?? 0,
      apiMs: numberOrNull(latency.api_ms) ?? 0,
    },
    used: usedOf(from),
  };
}

function readCondition(value: unknown): TracedCondition {
  const from = record(value);
  return {
    nodeId: text(from.node_id),
    condition: text(from.condition),
    target: text(from.target),
    verdict: oneOf(["no", "yes", "ask"], from.verdict),
    inputs: record(from.inputs),
  };
}

function readCall(value: unknown): TracedCall {
  const from = record(value);
  const http = record(from.http);
  const retrieval = record(from.retrieval);
  return {
    type: text(from.type),
    nodeId: text(from.node_id),
    model: textOrNull(from.model),
    latencyMs: numberOrNull(from.latency_ms) ?? 0,
    used: from.usage === null || from.usage === undefined ? null : usedOf(from),
    failed: textOrNull(from.failed),
    http:
      from.http === undefined
        ? null
        : { method: text(http.method), status: numberOrNull(http.status), attempts: count(http.attempts) },
    passages: from.retrieval === undefined ? null : list(retrieval.passages).length,
  };
}

/** A sentence where there is one. */
const readNote = (value: unknown): string => textOrNull(record(value).message) ?? JSON.stringify(value);

const usedOf = (value: unknown): Used => readUsed(record(value).usage);

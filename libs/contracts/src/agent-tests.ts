import { z } from "zod";
import { documentObject } from "./document-object.js";

const nodeId = z.string().min(1).max(255);

/** What a step must lead to. Everything that is left out may be anything. */
const expectation = documentObject({
  /** The nodes the step enters, in order; `[]` = it stays. That of the opening begins with the initial node. */
  path: z.array(nodeId).optional(),
  /** Where the step ends. */
  node: nodeId.optional(),
  reply: z.string().optional(),
  reply_contains: z.string().min(1).optional(),
  /** Regular expression, case-insensitive, found anywhere in the reply. */
  reply_matches: z.string().min(1).max(1000).optional(),
  /** Values after the step; variables that are not named may have any. */
  variables: z.record(z.string(), z.unknown()).optional(),
  /** Calls of the model in this step: replies, extractions, classifications. */
  model_calls: z.int().min(0).max(2000).optional(),
  ended: z.boolean().optional(),
});

/** One turn: `say` is what the user writes; `event` is a turn without words. */
const testStep = documentObject({
  say: z.string().min(1).max(10_000).optional(),
  event: z.enum(["timer", "hand_back"]).optional(),
  /** Seconds the session has been in its node when the step begins; read by `timeout:`. Default 0. */
  after_seconds: z.number().min(0).optional(),
  /** Whether a human has the session in this step; absent = as the workflow has left it. */
  human: z.boolean().optional(),
  expect: expectation.optional(),
});

/** What a call is answered in a test. Answers are taken by the kind of the call and its node, in their order. */
export const testAnswer = documentObject({
  call: z.enum(["reply", "extract", "classify", "api"]),
  node: nodeId,
  /** Of a reply. */
  text: z.string().optional(),
  /** Of an extraction. */
  values: z.record(z.string(), z.unknown()).optional(),
  /** Of a classification; null = none fits. */
  intent: z.string().nullable().optional(),
  confidence: z.number().min(0).max(1).optional(),
  /** Of an HTTP call. */
  status: z.int().min(100).max(599).optional(),
  /** Text, or anything that becomes JSON. */
  body: z.unknown().optional(),
  /** The call fails with this code instead. */
  failed: z.string().min(1).max(100).optional(),
});

export const agentTest = documentObject({
  name: z.string().min(1).max(200),
  version_of_format: z.literal(1).optional(),
  opening: documentObject({ expect: expectation.optional() }).optional(),
  steps: z.array(testStep).max(200),
  /** Without answers for the model the scripted one answers. HTTP calls are never made: they need an answer here. */
  answers: z.array(testAnswer).max(2000).optional(),
});

/** The test suite of a document: scripted sessions that must go as they say. */
export const agentTests = z.array(agentTest).max(200);

export type AgentTest = z.infer<typeof agentTest>;
export type TestStep = z.infer<typeof testStep>;
export type TestAnswer = z.infer<typeof testAnswer>;
export type TestExpectation = z.infer<typeof expectation>;

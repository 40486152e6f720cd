import { recall, type TracedPrompt } from "@parley/contracts";
import { type SentMessage, sentMessages } from "@parley/llm";
import {
  fingerprintOf,
  type HistoryItem,
  type ModelRequest,
  ownOf,
  type PromptSurroundings,
  requestOf,
} from "@parley/turns";
import type { CallEffect, ModelCall } from "@parley/workflow";
import { describeFiles } from "../../runner/attached-files.js";
import { fileHeadsOf } from "../../runner/repository/file-heads.js";
import { historyFrom } from "../../runner/turn-event.js";
import type { AgentsDeps } from "../deps.js";
import {
  type PromptSources,
  promptSources,
  type RecordedSession,
  type RecordedTurn,
} from "../repository/recordings.js";

/** Maximum characters shown of one message, of one prompt, and of all prompts of one turn. */
const MESSAGE_CHARACTERS = 20_000;
const PROMPT_CHARACTERS = 60_000;
const TURN_CHARACTERS = 240_000;

interface Asked {
  tenantId: string;
  session: RecordedSession;
  turns: readonly RecordedTurn[];
  /** Whose prompts are wanted, oldest first. */
  wanted: readonly RecordedTurn[];
}

export type RebuiltPrompts = Awaited<ReturnType<typeof rebuildPrompts>>;

/**
 * The prompts of a session's turns, rebuilt from its messages, its link and its document while the records are replayed. The memory, page
 * context and hand-over summary of that time are not stored: each is tried in its current form and left out; the fingerprint that a turn
 * stores of each prompt shows whether one of these is what was sent.
 */
export async function rebuildPrompts(deps: AgentsDeps, { tenantId, session, turns, wanted }: Asked) {
  const prompts = new Map<string, TracedPrompt>();
  const spent = new Map<number, number>();
  const most = deps.config.MAX_HISTORY_SIZE;
  const [from, through] = [wanted[0]?.seq ?? 0, wanted.at(-1)?.seq ?? -1];
  const read = await deps.db.tenant(tenantId, (trx) => promptSources(trx, session.id, { from, through, most }));
  const reader = { fileHeads: fileHeadsOf(deps.db), maxCharacters: deps.config.ATTACHED_TEXT_CHARACTERS };
  const messages = await describeFiles(reader, { tenantId, conversationId: session.id }, read?.messages ?? []);
  const memory = await memoryOf(deps, { tenantId, session, verified: read?.participant_verified ?? false });
  const isWanted = new Set(wanted.map(({ seq }) => seq));

  const ask = (turn: RecordedTurn, call: ModelCall, history: readonly HistoryItem[]): void => {
    const record = turn.trace?.calls.find(({ call_id }) => call_id === call.callId);
    const own = ownOf(history, call.ownMessages);
    const tried = surroundingsOf(turn, { turns, read, memory }).map((given) => requestOf(call, own, given));
    const sent = tried.find((request) => fingerprintOf(wordsOf(request)) === record?.prompt);
    const [likely] = tried;
    const request = sent ?? likely;
    if (request === undefined) return;
    const left = TURN_CHARACTERS - (spent.get(turn.seq) ?? 0);
    const same = record?.prompt === undefined ? null : sent !== undefined;
    const shown = { ...within(sentMessages(request), Math.min(PROMPT_CHARACTERS, left)), same };
    spent.set(
      turn.seq,
      (spent.get(turn.seq) ?? 0) + shown.messages.reduce((sum, { content }) => sum + content.length, 0),
    );
    prompts.set(keyOf(turn.seq, call.callId), shown);
  };

  return {
    /** Observes a replay of the turns. */
    listening: {
      history: (turn: RecordedTurn): HistoryItem[] =>
        isWanted.has(turn.seq)
          ? historyBefore(turn, { messages, welcome: read?.link_policy.welcome_message, most })
          : [],
      asked(turn: RecordedTurn, call: CallEffect, history: readonly HistoryItem[]): void {
        if (isWanted.has(turn.seq) && isModelCall(call)) ask(turn, call, history);
      },
    },
    /** Null = it cannot be rebuilt. */
    of: (seq: number, callId: string): TracedPrompt | null => prompts.get(keyOf(seq, callId)) ?? null,
  };
}

const keyOf = (seq: number, callId: string): string => `${seq} ${callId}`;
const isModelCall = (call: CallEffect): call is ModelCall => call.type.startsWith("llm.");
const wordsOf = ({ type: _type, ...words }: ModelRequest) => words;

/** The history that a turn starts with: the messages of earlier turns, and the visitor's message. */
function historyBefore(
  turn: RecordedTurn,
  {
    messages,
    welcome,
    most,
  }: { messages: PromptSources["messages"]; welcome: string | null | undefined; most: number },
): HistoryItem[] {
  const before = messages.filter(({ turn_seq }) => turn_seq < turn.seq).slice(-most);
  const own = messages.find(({ turn_seq, role }) => turn_seq === turn.seq && role === "user");
  // The message of a failed turn is stored only with the turn.
  const said: HistoryItem = own ?? { role: "user", content: turn.content, node_id: null };
  return [...historyFrom(before, { welcome, most }), ...(turn.kind === "message" ? [said] : [])];
}

/** Possible surroundings of a prompt, the likeliest first. */
function surroundingsOf(
  turn: RecordedTurn,
  { turns, read, memory }: { turns: readonly RecordedTurn[]; read: PromptSources | null; memory: string | null },
): PromptSurroundings[] {
  const until = turns.filter(({ seq }) => seq <= turn.seq);
  const earlier = until.findLast(({ trace }) => trace?.history_summary)?.trace?.history_summary?.text ?? null;
  const handedBack = until.findLast(({ kind, content }) => kind === "handed_back" && content !== "")?.content ?? null;
  const each = <T>(...values: (T | null)[]): (T | null)[] => [...new Set(values)];
  return each(handedBack, read?.handover_summary ?? null).flatMap((handover) =>
    each(memory, null).flatMap((remembered) =>
      each(read?.page_context ?? null, null).map((pageContext) => ({
        ...{ policy: read?.link_policy ?? {}, memory: remembered, earlier, handover, pageContext },
      })),
    ),
  );
}

/** What is remembered of the person now; when it cannot be read, the trace is shown without it. */
async function memoryOf(
  { bus }: AgentsDeps,
  { tenantId, session, verified }: { tenantId: string; session: RecordedSession; verified: boolean },
): Promise<string | null> {
  const { email } = session.participant;
  if (!verified || email === undefined) return null;
  const found = await bus.call(recall, { tenantId, agentId: session.agent_id, email }).catch(() => null);
  const block = [found?.summary, found?.notes].filter((text) => text != null && text !== "").join("\n");
  return block === "" ? null : block;
}

/** The system texts and as many of the newest messages as fit. */
function within(messages: readonly SentMessage[], room: number): Pick<TracedPrompt, "messages" | "left_out"> {
  const cut = messages.map(({ role, content }) => ({
    role,
    content: content.length > MESSAGE_CHARACTERS ? `${content.slice(0, MESSAGE_CHARACTERS)}…` : content,
  }));
  let left = room - cut.reduce((sum, { role, content }) => (role === "system" ? sum + content.length : sum), 0);
  const said = cut.filter(({ role }) => role !== "system");
  let from = said.length;
  for (const { content } of said.toReversed()) {
    left -= content.length;
    if (left < 0) break;
    from -= 1;
  }
  const shown = new Set(said.slice(from));
  return { messages: cut.filter((message) => message.role === "system" || shown.has(message)), left_out: from };
}

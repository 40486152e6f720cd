import type { PanelMessage, PanelStatus } from "@parley/web-kit";
import { computed, effect } from "@preact/signals";
import type { ChatState, Screen } from "../chat/chat-state.js";
import type { Entry } from "../chat/transcript.js";

interface TellHostDeps {
  state: ChatState;
  tell(message: PanelMessage): void;
}

/** Reports to the host page what happens in the conversation, never any of its text. */
export function tellHost({ state, tell }: TellHostDeps): void {
  tellStatus(state, tell);
  tellMessages(state, tell);
  tellTyping(state, tell);
  tellEscalation(state, tell);
  tellRefusals(state, tell);
}

type Tell = TellHostDeps["tell"];

function tellStatus(state: ChatState, tell: Tell): void {
  const status = computed((): PanelStatus => (state.ended.value ? "ended" : state.connection.value));
  effect(() => tell({ type: "status", status: status.value, transport: state.transport.value }));
}

/** Reports new messages; those of a resumed conversation are old. */
function tellMessages(state: ChatState, tell: Tell): void {
  let session: string | null = null;
  let told = new Set<string>();
  effect(() => {
    const id = state.sessionId.value;
    const settled = state.transcript.value.filter(isSettled);
    if (id === null || state.screen.value.type !== "chat") return;
    const begins = id !== session;
    if (begins) told = new Set();
    session = id;
    const isOld = begins && !state.greetingDue.peek();
    for (const entry of settled) {
      if (told.has(entry.key)) continue;
      told.add(entry.key);
      if (!isOld) tell({ type: "message", ...named(entry), conversation_id: id });
    }
  });
}

const isSettled = (entry: Entry): boolean =>
  entry.role === "user" ? entry.delivery === "sent" : entry.partial === null;

function named(entry: Entry): { id: string; sender_type: "user" | "agent" | "operator"; timestamp: string } {
  const timestamp = entry.createdAt ?? new Date().toISOString();
  if (entry.role === "user") return { id: entry.clientId ?? entry.key, sender_type: "user", timestamp };
  return { id: entry.id ?? entry.key, sender_type: entry.human ? "operator" : "agent", timestamp };
}

function tellTyping(state: ChatState, tell: Tell): void {
  const typist = computed(() => {
    if (state.humanTyping.value) return "operator";
    return state.awaiting.value && state.human.value.type !== "joined" ? "agent" : null;
  });
  effect(() => {
    if (typist.value !== null) tell({ type: "typing", sender_type: typist.value });
  });
}

function tellEscalation(state: ChatState, tell: Tell): void {
  const standing = computed(() => {
    const { type } = state.human.value;
    if (type === "asked") return "waiting";
    return type === "joined" ? "assigned" : "none";
  });
  let told: string = "none";
  effect(() => {
    const status = standing.value;
    if (status === told) return;
    told = status;
    tell({ type: "escalation", status });
  });
}

const IDENTITY_REFUSALS: Readonly<Record<string, string>> = {
  identity_expired: "The identity has expired: make a new one with each page.",
  identity_refused: "The identity is refused; the security events of the link say why.",
};

const REFUSALS: Partial<Record<Screen["type"], { code: string; message: string }>> = {
  invalid: { code: "link_unavailable", message: "The link of this widget is not available." },
  expired: { code: "link_expired", message: "The link of this widget has expired." },
  full: { code: "sessions_exhausted", message: "The link of this widget has no conversations left." },
  usedUp: { code: "budget_exhausted", message: "The link of this widget is used up." },
  wrongPlace: { code: "origin_not_allowed", message: "The link may not be used from here: see its allowed sites." },
  unavailable: { code: "agent_unavailable", message: "The agent of this link cannot answer at the moment." },
};

function tellRefusals(state: ChatState, tell: Tell): void {
  const refusal = computed(() => REFUSALS[state.screen.value.type] ?? null);
  effect(() => {
    if (refusal.value) tell({ type: "error", ...refusal.value });
  });
  effect(() => {
    const code = state.unrecognised.value;
    if (code !== null) tell({ type: "error", code, message: IDENTITY_REFUSALS[code] ?? "The identity is refused." });
  });
}

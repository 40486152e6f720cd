import type { Answer } from "../../api/call.js";
import type { Problem } from "../../api/problem.js";
import type { TriedAgent, TriedStep, TryBody } from "../../api/try-calls.js";
import { createStore } from "../../app/store.js";
import type { Draft } from "../draft.js";

type Step = TryBody["steps"][number];
type CallAnswer = NonNullable<Step["answers"]>[number];

export interface TalkState {
  open: boolean;
  /** null = the current draft in the editor. */
  version: number | null;
  /** The text being typed; restored when a send fails. */
  typed: string;
  /** Sent, and not yet played. */
  pending: string | null;
  steps: Step[];
  opening: CallAnswer[];
  shown: TriedStep[];
  test: TriedAgent["test"] | null;
  /** The draft at the last try. */
  text: string;
  busy: boolean;
  problem: Problem | null;
}

type Send = (body: TryBody) => Promise<Answer<TriedAgent>>;

const FRESH = {
  steps: [],
  opening: [],
  shown: [],
  test: null,
  problem: null,
  pending: null,
} satisfies Partial<TalkState>;

/** A conversation with the draft, or with a version. This page holds all of it: the server stores nothing. */
export class TryTalk {
  readonly store = createStore<TalkState>({
    ...{ open: false, version: null, typed: "", pending: null, text: "", busy: false },
    ...FRESH,
  });
  /** A newer conversation ignores answers of an older one. */
  #turn = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly draft: Draft,
    private readonly send: Send,
  ) {}

  get state(): TalkState {
    return this.store.get();
  }

  open(open: boolean): void {
    this.#set({ open });
    if (open && this.state.shown.length === 0) void this.startOver();
  }

  type(typed: string): void {
    this.#set({ typed });
  }

  async talkTo(version: number | null): Promise<void> {
    this.#set({ version });
    await this.startOver();
  }

  async startOver(): Promise<void> {
    this.#set(FRESH);
    await this.#play([], []);
  }

  /** Repeats the same messages, without the earlier answers. */
  async again(): Promise<void> {
    const steps = this.state.steps.map(({ answers: _before, ...step }) => step);
    this.#set({ ...FRESH, steps });
    await this.#play(steps, []);
  }

  /** Waits for the pending answer; a second message meanwhile stays in the field. */
  async say(text: string): Promise<void> {
    const said = text.trim();
    if (said === "" || this.state.pending !== null) return;
    this.#set({ typed: "", pending: said });
    await this.#running;
    // The conversation of this message was restarted, has ended, or does not continue.
    if (this.state.pending !== said) return;
    if (this.state.shown.at(-1)?.status === "done") await this.step({ say: said });
    const isSaid = this.state.steps.at(-1)?.say === said && this.state.problem === null;
    this.#set({ pending: null, ...(isSaid || this.state.typed !== "" ? {} : { typed: said }) });
  }

  /** Simulates this much silence; earlier silence in the same node counts too. */
  async wait(seconds: number): Promise<void> {
    const { steps, shown } = this.state;
    const before = steps.at(-1);
    const stayed = before?.event === "timer" && shown.at(-1)?.node === shown.at(-2)?.node;
    await this.step({ event: "timer", after_seconds: seconds + (stayed ? (before.after_seconds ?? 0) : 0) });
  }

  async step(step: Step): Promise<void> {
    const { steps, opening } = this.state;
    await this.#play([...steps, step], opening);
  }

  /** Continues a paused conversation: with an answer in place of a server, or by asking again. */
  async goOn(options: { answer?: CallAnswer; makesCalls?: boolean } = {}): Promise<void> {
    const { answer, makesCalls = false } = options;
    const { steps, opening } = this.state;
    const more = answer === undefined ? [] : [answer];
    const last = steps.length - 1;
    if (last < 0) return this.#play(steps, [...opening, ...more], makesCalls);
    const next = steps.map((step, at) =>
      at === last ? { ...step, answers: [...(step.answers ?? []), ...more] } : step,
    );
    await this.#play(next, opening, makesCalls);
  }

  #play(steps: Step[], opening: CallAnswer[], makesCalls = false): Promise<void> {
    this.#running = this.#send(steps, opening, makesCalls);
    return this.#running;
  }

  async #send(steps: Step[], opening: CallAnswer[], makesCalls: boolean): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const { text } = this.draft.state;
    const { version } = this.state;
    this.#set({ busy: true, problem: null });
    const answer = await this.send({
      ...(version === null ? { document: text } : { version }),
      ...{ opening: { answers: opening }, steps, api_calls: makesCalls ? "make" : "ask" },
    });
    if (turn !== this.#turn) return;
    if (answer.type !== "ok") return this.#set({ busy: false, problem: answer });
    const { test } = answer.value;
    const shown = answer.value.steps.map((step, at) => asFirstSeen(step, this.state.shown[at]));
    const [first, ...after] = shown;
    this.#set({
      ...{ busy: false, text, test, shown, opening: first?.answers ?? [] },
      // A message sent while the opening was awaited is still to be played.
      pending: steps.at(-1)?.say === this.state.pending ? null : this.state.pending,
      // Steps after an unfinished one are not played.
      steps: after.map((step, at) => ({ ...steps[at], answers: step.answers })) as Step[],
    });
  }

  #set(part: Partial<TalkState>): void {
    this.store.set({ ...this.state, ...part });
  }
}

/** A replayed step that went the same way keeps the times and tokens of its first run. */
function asFirstSeen(step: TriedStep, before: TriedStep | undefined): TriedStep {
  const same = step.asked === 0 && before?.status === step.status && wordsOf(before) === wordsOf(step);
  return same && before.trace !== null ? { ...step, trace: before.trace } : step;
}

const wordsOf = ({ node, messages }: TriedStep): string => JSON.stringify([node, messages]);

const talks = new WeakMap<Draft, TryTalk>();

/** It lives as long as its draft: the tabs of the agent share it. */
export function talkOf(draft: Draft, send: Send): TryTalk {
  const known = talks.get(draft) ?? new TryTalk(draft, send);
  talks.set(draft, known);
  return known;
}

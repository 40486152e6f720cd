import { record, text as textOf } from "@parley/web-kit";
import type { Problem } from "../api/problem.js";
import type { WorkbenchApi } from "../api/use-workbench.js";
import { createStore } from "../app/store.js";

/** Delay after the last key: long enough that a sentence is one save, short enough that nothing is lost. */
const SAVE_AFTER_MS = 800;

/** A newer save of the same draft from another tab; revision 0 = the draft is gone, and this is the live version. */
interface Newer {
  text: string;
  revision: number;
  base: number | null;
}

export interface DraftState {
  text: string;
  /** The live version as text; empty when none is live. */
  liveText: string;
  live: number | null;
  /** The version that was live when the draft was begun. */
  base: number | null;
  /** The newest save known to this page; 0 = there is no draft. */
  revision: number;
  /** Its text: the common base when two tabs disagree. */
  seen: string;
  saving: "same" | "unsaved" | "saving" | "saved" | "failed" | "conflict";
  newer: Newer | null;
  problem: Problem | null;
}

interface Begun {
  draft: { text: string; revision: number; base_version: number | null } | null;
  liveText: string;
  live: number | null;
}

/**
 * The user's own draft of an agent while it is edited: the text that prompts, document and flow show. It saves itself, one save at a time,
 * and stops saving when another tab was faster until the user has decided between the two.
 */
export class Draft {
  readonly store;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  constructor(
    private readonly api: WorkbenchApi,
    private readonly agent: string,
    { draft, liveText, live }: Begun,
  ) {
    this.store = createStore<DraftState>({
      ...{ text: draft?.text ?? liveText, liveText, live, base: draft === null ? live : draft.base_version },
      seen: draft?.text ?? liveText,
      ...{ revision: draft?.revision ?? 0, saving: draft === null ? "same" : "saved", newer: null, problem: null },
    });
  }

  get state(): DraftState {
    return this.store.get();
  }

  edit(text: string): void {
    if (text === this.state.text) return;
    this.#set({ text, ...(this.state.saving === "conflict" ? {} : { saving: "unsaved" }) });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** Saves the text as it is, even without changes. */
  touch(): void {
    this.#set({ saving: "unsaved" });
  }

  /** Saves unsaved changes now. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#running !== null) await this.#running;
    if (this.state.saving !== "unsaved" && this.state.saving !== "failed") return;
    this.#running = this.#send().finally(() => {
      this.#running = null;
    });
    await this.#running;
    if (this.state.saving === "unsaved") await this.save();
  }

  async #send(): Promise<void> {
    const { text, base, revision } = this.state;
    this.#set({ saving: "saving", problem: null });
    const answer = await this.api.saveDraft(this.agent, { text, base_version: base }, revision);
    if (answer.type === "ok") {
      const isNewest = this.state.text === text;
      this.#set({ revision: answer.value.revision, seen: text, saving: isNewest ? "saved" : "unsaved" });
    } else if (answer.code === "draft_changed") this.#set({ saving: "conflict", newer: newerOf(answer, this.state) });
    else this.#set({ saving: "failed", problem: answer });
  }

  /** Resolves a conflict of two tabs with this text. */
  async settle(text: string): Promise<void> {
    const { newer } = this.state;
    const seen = newer && { revision: newer.revision, base: newer.base, seen: newer.text };
    this.#set({ text, saving: "unsaved", newer: null, ...seen });
    await this.save();
  }

  /** The user has seen the version that went live meanwhile; this text is the draft based on it. */
  async rebase(text: string): Promise<void> {
    await this.#quiet();
    this.#set({ text, base: this.state.live, saving: "unsaved" });
    await this.save();
  }

  async discard(): Promise<Problem | null> {
    await this.#quiet();
    const answer = this.state.revision === 0 ? null : await this.api.deleteDraft(this.agent);
    if (answer?.type === "problem" && answer.code !== "draft_not_found") return answer;
    const { live, liveText } = this.state;
    const gone = { text: liveText, seen: liveText, base: live, revision: 0 };
    this.#set({ ...gone, saving: "same", newer: null, problem: null });
    return null;
  }

  /** The draft was published and no longer exists. */
  published(live: { live: number | null; liveText: string }): void {
    const { liveText } = live;
    const begun = { text: liveText, seen: liveText, base: live.live, revision: 0 };
    this.#set({ ...live, ...begun, saving: "same", newer: null, problem: null });
  }

  /** Another version is live: an unchanged draft continues from it. */
  wentLive(live: { live: number | null; liveText: string }): void {
    if (this.state.saving === "same") this.published(live);
    else this.#set(live);
  }

  async #quiet(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#running !== null) await this.#running;
  }

  #set(part: Partial<DraftState>): void {
    this.store.set({ ...this.state, ...part });
  }
}

/** The server's draft; the live text where another tab has discarded or published the draft. */
function newerOf({ body }: Problem, { live, liveText }: DraftState): Newer {
  const { text, revision, base_version: base } = record(body.draft);
  if (typeof revision !== "number") return { text: liveText, revision: 0, base: live };
  return { text: textOf(text) ?? "", revision, base: typeof base === "number" ? base : null };
}

import { integer, randomId, record, text } from "@parley/web-kit";
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { EntryActions } from "../chat/chat-state.js";
import type { Api, Entry, Refusal } from "../net/api.js";
import type { LinkInfo } from "../net/link-info.js";
import type { EntryMemory } from "./entry-memory.js";
import {
  agreementOf,
  type EntryStep,
  isAddress,
  isPassing,
  nextStep,
  type StepProblem,
  waitOf,
} from "./entry-rules.js";

interface EntryFlowDeps extends EntryActions {
  api: Api;
  memory: EntryMemory;
}

const RESEND_PAUSE_MS = 30_000;
const CODE_SECONDS = 600;

/** Guides a visitor through the entry check of a link, step by step, asking only for what is needed. */
export class EntryFlow {
  readonly #deps: EntryFlowDeps;
  readonly #step: Signal<EntryStep>;
  /** Secrets are kept here and nowhere else. */
  #pin: string | null = null;
  #code = "";
  #requestId: string | null = null;
  #proofWanted: boolean;
  readonly problem = signal<StepProblem | null>(null);
  readonly busy = signal(false);
  /** The browser is solving the challenge. */
  readonly checking = signal(false);
  readonly email: Signal<string>;
  readonly codeUntilMs: Signal<number | null>;
  readonly resendAtMs = signal(0);
  /** How often a further code was sent. */
  readonly resent = signal(0);
  /** The visitor was in before: only the confirmation is repeated. */
  readonly again: boolean;

  constructor(deps: EntryFlowDeps, { again }: { again: boolean }) {
    this.#deps = deps;
    this.again = again;
    this.#proofWanted = deps.link.proofRequired;
    const progress = deps.memory.read();
    this.email = signal(progress.email ?? "");
    this.codeUntilMs = signal(progress.codeUntilMs);
    this.#step = signal<EntryStep>(this.#next());
  }

  get step(): ReadonlySignal<EntryStep> {
    return this.#step;
  }

  get link(): LinkInfo {
    return this.#deps.link;
  }

  /** Begins; call once. */
  async start(): Promise<void> {
    if (this.#step.value === "enter") await this.#enter();
  }

  async givePin(pin: string): Promise<void> {
    if (pin.trim() === "") return this.#fail({ type: "missing" });
    this.#pin = pin.trim();
    const next = this.#next();
    if (next === "enter") return this.#enter();
    await this.#attempt(async () => {
      // Another step is still missing, so this only checks the PIN, unless this browser confirmed before.
      const answer = await this.#deps.api.createSession(randomId(), this.#pinGiven());
      if (answer.type === "ok") return this.#admit();
      if (answer.type === "unreachable") return this.#fail({ type: "unreachable" });
      if (!this.#pinRefused(answer)) this.#show(next);
    });
  }

  async agree(): Promise<void> {
    this.#deps.memory.write({ agreedTo: agreementOf(this.link) });
    await this.#advance();
  }

  decline(): void {
    this.#show("declined");
  }

  readAgain(): void {
    this.#show("consent");
  }

  async sendCode(email: string): Promise<void> {
    this.email.value = email.trim();
    if (!isAddress(this.email.value)) return this.#fail({ type: "missing" });
    await this.#attempt(() => this.#requestCode());
  }

  async resend(): Promise<void> {
    if (this.resendAtMs.value > Date.now()) return;
    await this.#attempt(() => this.#requestCode());
  }

  changeAddress(): void {
    this.codeUntilMs.value = null;
    this.#deps.memory.write({ codeUntilMs: null });
    this.#show("email");
  }

  async confirm(code: string): Promise<void> {
    if (!/^\d{6}$/.test(code)) return this.#fail({ type: "missing" });
    this.#code = code;
    await this.#attempt(() => this.#confirm());
  }

  /** Checks whether the owner has admitted the visitor; without a code that is still valid, a new one is needed. */
  async checkAgain(): Promise<void> {
    if (this.#code === "") return this.changeAddress();
    await this.#attempt(() => this.#confirm());
  }

  /** Handles a refusal that one of the steps can resolve; false when none can. */
  refused(answer: Refusal): boolean {
    if (answer.type === "unreachable") return false;
    if (this.#pinRefused(answer)) return true;
    if (answer.code === "consent_required" && this.link.consentText !== null) {
      this.#deps.memory.write({ agreedTo: null });
      this.#show("consent");
    } else if (answer.code === "verification_required") this.#show("email");
    else if (answer.code === "proof_required") {
      this.#proofWanted = true;
      this.#fail({ type: "unproven" });
    } else return false;
    return true;
  }

  #next(): EntryStep {
    // A returning visitor confirms the address again; the server says if more is needed.
    return nextStep(this.link, this.#deps.memory.read(), this.#pin !== null || this.again);
  }

  async #advance(): Promise<void> {
    const next = this.#next();
    if (next === "enter") await this.#enter();
    else this.#show(next);
  }

  async #enter(): Promise<void> {
    await this.#attempt(async () => {
      if (this.#proofWanted || this.#step.value !== "pin") this.#show("enter");
      const given = { ...this.#pinGiven(), ...this.#consentGiven() };
      const refusal = await this.#proven((proof) => this.#deps.create({ ...given, ...proof }));
      if (refusal === "unproven") this.#fail({ type: "unproven" });
      else if (refusal && !this.refused(refusal)) this.#deps.refuse(refusal);
    });
  }

  async #requestCode(): Promise<void> {
    const email = this.email.value;
    let seconds = CODE_SECONDS;
    const refusal = await this.#proven(async (proof) => {
      const answer = await this.#deps.api.requestCode({ email, ...this.#asked(), ...this.#pinGiven(), ...proof });
      if (answer.type !== "ok") return answer;
      this.#requestId = text(record(answer.body).request_id);
      seconds = integer(record(answer.body).expires_in_seconds) ?? CODE_SECONDS;
      return null;
    });
    if (refusal === "unproven") return this.#fail({ type: "unproven" });
    if (refusal) return this.#codeRefused(refusal);
    const further = this.#step.value === "code";
    batch(() => {
      this.#code = "";
      this.codeUntilMs.value = Date.now() + seconds * 1000;
      this.resendAtMs.value = Date.now() + RESEND_PAUSE_MS;
      this.resent.value = further ? this.resent.value + 1 : 0;
      this.#show("code");
    });
    this.#deps.memory.write({ email, codeUntilMs: this.codeUntilMs.value });
  }

  /** Codes work only in the browser that requested them: without cookies, this id proves it. */
  #asked(): { request_id?: string } {
    return this.#requestId === null ? {} : { request_id: this.#requestId };
  }

  #codeRefused(refusal: Refusal): void {
    if (refusal.type === "refused" && refusal.code === "rate_limited") {
      const until = waitOf(refusal);
      this.resendAtMs.value = until;
      this.#fail({ type: "held", until });
    } else if (refusal.type === "refused" && refusal.status === 422) this.#fail({ type: "missing" });
    else if (isPassing(refusal)) this.#fail({ type: "unreachable" });
    else if (!this.refused(refusal)) this.#deps.refuse(refusal);
  }

  async #confirm(): Promise<void> {
    const given = { email: this.email.value, code: this.#code, ...this.#asked(), ...this.#consentGiven() };
    const answer = await this.#deps.api.confirmCode(given);
    const waiting = this.#step.value === "pending";
    if (answer.type === "ok") {
      const { verified, error } = record(answer.body);
      if (verified === true) return this.#admit();
      if (waiting) return this.changeAddress();
      return this.#fail({ type: text(error) === "code_expired" ? "expired" : "wrong" });
    }
    if (answer.type === "refused" && answer.code === "access_pending") {
      this.#show("pending");
      if (waiting) this.#fail({ type: "undecided" });
    } else if (answer.type === "refused" && answer.code === "rate_limited") {
      this.#fail({ type: "held", until: waitOf(answer) });
    } else if (isPassing(answer)) this.#fail({ type: "unreachable" });
    else if (!this.refused(answer)) this.#deps.refuse(answer);
  }

  async #admit(): Promise<void> {
    this.#code = "";
    this.codeUntilMs.value = null;
    this.#deps.memory.write({ codeUntilMs: null, email: null });
    await this.#deps.confirmed();
  }

  /** Calls with a fresh proof where one is needed; retries when the server only now asks for one. */
  async #proven(call: (entry: Pick<Entry, "proof">) => Promise<Refusal | null>): Promise<Refusal | "unproven" | null> {
    for (let tries = 0; ; tries += 1) {
      const proof = this.#proofWanted ? await this.#solve() : null;
      if (proof?.type === "unproven") return "unproven";
      if (proof && proof.type !== "solved") return proof;
      const refusal = await call(proof ? { proof: proof.value } : {});
      const wanted = refusal?.type === "refused" && refusal.code === "proof_required";
      if (!wanted) return refusal;
      if (tries > 0) return "unproven";
      this.#proofWanted = true;
    }
  }

  async #solve(): Promise<Refusal | { type: "unproven" } | { type: "solved"; value: string }> {
    this.checking.value = true;
    try {
      const [challenge, { solveProof }] = await Promise.all([this.#deps.api.challenge(), import("./proof.js")]);
      if (challenge.type !== "ok") return challenge;
      const value = await solveProof(challenge.body);
      return value === null ? { type: "unproven" } : { type: "solved", value };
    } catch {
      return { type: "unreachable" };
    } finally {
      this.checking.value = false;
    }
  }

  #pinRefused(answer: Refusal): boolean {
    if (answer.type === "unreachable") return false;
    const held = answer.code === "rate_limited" && this.#pin !== null;
    if (!held && answer.code !== "pin_wrong" && answer.code !== "pin_required") return false;
    this.#pin = null;
    this.#show("pin");
    if (held) this.#fail({ type: "held", until: waitOf(answer) });
    else if (answer.code === "pin_wrong") this.#fail({ type: "wrong" });
    return true;
  }

  #pinGiven(): Pick<Entry, "pin"> {
    return this.#pin === null ? {} : { pin: this.#pin };
  }

  #consentGiven(): Pick<Entry, "consent"> {
    const { agreedTo } = this.#deps.memory.read();
    return agreedTo !== null && agreedTo === agreementOf(this.link) ? { consent: true } : {};
  }

  #show(step: EntryStep): void {
    batch(() => {
      this.problem.value = null;
      this.#step.value = step;
    });
  }

  #fail(problem: StepProblem): void {
    this.problem.value = problem;
  }

  /** One call at a time: while one is in progress, further ones do nothing. */
  async #attempt(run: () => Promise<void>): Promise<void> {
    if (this.busy.value) return;
    this.busy.value = true;
    this.problem.value = null;
    try {
      await run();
    } finally {
      this.busy.value = false;
    }
  }
}

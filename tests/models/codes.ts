import { type Db, sql } from "@parley/db";
import { type ApiClient, eventually } from "@parley/testkit";
import fc from "fast-check";
import { expect } from "vitest";
import type { Tenant } from "../cluster/owner.js";

interface Code {
  text: string;
  /** Minutes since it was mailed. */
  age: number;
  tries: number;
  isUsed: boolean;
  /** A newer one of the same browser is there. */
  isReplaced: boolean;
}

/** What one browser asked for with one address on one link: the newest of its codes. Nothing passes from one to the other. */
interface Subject {
  newest: Code | null;
  /** All codes of its address, on whatever link and in whatever browser. */
  ofAddress: Code[];
}

export interface CodesModel {
  subjects: Subject[];
}

/** The first and the third have one address on two links, the first and the fourth one address and link in two browsers. */
export function newCodesModel(): CodesModel {
  const [ada, bob]: [Code[], Code[]] = [[], []];
  return { subjects: [ada, bob, ada, ada].map((ofAddress) => ({ newest: null, ofAddress })) };
}

export interface CodesReal {
  tenant: Tenant;
  db: Db;
  visitor: ApiClient;
  /** In the order of the model. */
  subjects: { linkId: string; token: string; email: string; browser: string }[];
  /** Every code that was ever mailed in this game. */
  mailed: string[];
  met: Set<string>;
}

/** All that asking and confirming can come to. */
export const CODE_OUTCOMES = [
  ...["200 mailed", "429 rate_limited"],
  ...["verified", "invalid_code", "code_expired", "verified and invalid_code"],
];

type CodesCommand = fc.AsyncCommand<CodesModel, CodesReal>;

const VALID_MINUTES = 10;
const TRIES = 5;
const DAY = 1_440;
/** Mails to an address in so many minutes. */
const MAILS = [
  { most: 3, minutes: VALID_MINUTES },
  { most: 5, minutes: 60 },
  { most: 20, minutes: DAY },
];
/** Wrong guesses of an address in a day, those that its open codes may still get included. */
const GUESSES = 20;

function at<T>(list: T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no ${index}`);
  return found;
}

/** Asks for a code: the newest from then on, or a refusal that says how long to wait. */
class Request implements CodesCommand {
  constructor(private readonly who: number) {}
  check = () => true;
  toString = () => `request(${this.who})`;
  async run(model: CodesModel, real: CodesReal): Promise<void> {
    const [subject, { token, email, browser }] = [at(model.subjects, this.who), at(real.subjects, this.who)];
    const before = await mailsTo(real, email);
    const asked = { token, email, request_id: browser };
    const answer = await real.visitor.call("POST", "/api/public/verify/request", asked);
    real.met.add(`${answer.status} ${answer.body.code ?? "mailed"}`);
    const wait = waitOf(subject) * 60;
    if (wait > 0) {
      expect([answer.status, answer.body.code]).toEqual([429, "rate_limited"]);
      // A minute is more than a game lasts.
      expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(wait);
      return expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(wait - 60);
    }
    const answered = { expires_in_seconds: VALID_MINUTES * 60, request_id: browser };
    expect([answer.status, answer.body]).toEqual([200, answered]);
    const mails = await eventually(async () => {
      const now = await mailsTo(real, email);
      return now.length > before.length && now;
    });
    const text = /^ {4}(\d{6})$/m.exec(at(mails, 0))?.[1];
    if (text === undefined) throw new Error("no code in the mail");
    real.mailed.push(text);
    if (subject.newest !== null) subject.newest.isReplaced = true;
    subject.newest = { text, age: 0, tries: 0, isUsed: false, isReplaced: false };
    subject.ofAddress.push(subject.newest);
  }
}

const isOpen = (code: Code, after = 0): boolean =>
  !code.isUsed && !code.isReplaced && code.tries < TRIES && code.age + after < VALID_MINUTES;

/** Minutes until the address of a subject may get another code. */
function waitOf({ ofAddress, newest }: Subject): number {
  const ages = ofAddress.map(({ age }) => age).sort((a, b) => a - b);
  const mails = MAILS.map(({ most, minutes }) => minutes - (ages[most - 1] ?? minutes));
  const guessesAfter = (minutes: number): number =>
    ofAddress
      .filter(({ age }) => age + minutes < DAY)
      .map((code) => (isOpen(code, minutes) && code !== newest ? TRIES : code.tries - Number(code.isUsed)))
      .reduce((sum, tries) => sum + tries, 0);
  let guesses = 0;
  while (guessesAfter(guesses) + TRIES > GUESSES) guesses += 1;
  return Math.max(0, guesses, ...mails);
}

/** Newest first. */
async function mailsTo({ db, tenant }: CodesReal, email: string): Promise<string[]> {
  const { rows } = await db.tenant(tenant.id, (trx) =>
    sql<{ body: string }>`select body from dev_mail where recipient = ${email} order by id desc`.execute(trx),
  );
  return rows.map(({ body }) => body);
}

/** What the rules make of a code; takes a try of the newest one. */
function judge(subject: Subject, text: string): string {
  const { newest } = subject;
  if (newest === null || newest.isUsed) return "invalid_code";
  if (!isOpen(newest)) return "code_expired";
  newest.tries += 1;
  if (newest.text !== text) return "invalid_code";
  newest.isUsed = true;
  return "verified";
}

async function confirm(real: CodesReal, who: number, code: string): Promise<string> {
  const { token, email, browser } = at(real.subjects, who);
  const given = { token, email, code, request_id: browser };
  const answer = await real.visitor.call("POST", "/api/public/verify/confirm", given);
  expect(answer.status).toBe(200);
  if (answer.body.verified !== true) return String(answer.body.error);
  expect(answer.body.session_token).toMatch(/^ps_/);
  return "verified";
}

const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

/** Confirms with the newest code, a wrong one, or any that was mailed to anybody. */
class Confirm implements CodesCommand {
  constructor(
    private readonly who: number,
    private readonly which: "newest" | "wrong" | number,
  ) {}
  check = ({ subjects }: CodesModel) => subjects.some(({ newest }) => newest !== null);
  toString = () => `confirm(${this.who}, ${this.which})`;
  async run(model: CodesModel, real: CodesReal): Promise<void> {
    const subject = at(model.subjects, this.who);
    const newest = subject.newest?.text ?? at(real.mailed, 0);
    const any = typeof this.which === "number" ? at(real.mailed, this.which % real.mailed.length) : newest;
    const text = this.which === "wrong" ? other(newest) : any;
    const got = await confirm(real, this.who, text);
    real.met.add(got);
    expect(got).toBe(judge(subject, text));
  }
}

/** Several devices at once: a right code opens once, and no number of guesses gets a sixth try. */
class ConfirmAtOnce implements CodesCommand {
  constructor(
    private readonly who: number,
    private readonly wrong: number,
    private readonly right: number,
  ) {}
  check = ({ subjects }: CodesModel) => subjects[this.who]?.newest != null;
  toString = () => `confirmAtOnce(${this.who}, ${this.wrong} wrong, ${this.right} right)`;
  async run(model: CodesModel, real: CodesReal): Promise<void> {
    const subject = at(model.subjects, this.who);
    const newest = subject.newest;
    if (newest === null) throw new Error("checked before");
    const left = newest.isUsed || newest.age >= VALID_MINUTES ? 0 : TRIES - newest.tries;
    const texts = [...Array(this.wrong).fill(other(newest.text)), ...Array(this.right).fill(newest.text)];
    const got = await Promise.all(texts.map((text: string) => confirm(real, this.who, text)));
    const opened = got.slice(this.wrong).filter((word) => word === "verified").length;
    expect(got.slice(0, this.wrong)).not.toContain("verified");
    expect(opened).toBeLessThanOrEqual(left > 0 ? 1 : 0);
    // Whoever gets no try learns that; with fewer guesses than tries, a right one among them opens.
    if (left > this.wrong && this.right > 0) expect(opened).toBe(1);
    if (opened === 1 && got.includes("invalid_code")) real.met.add("verified and invalid_code");
    newest.tries = Math.min(TRIES, newest.tries + (left > 0 ? texts.length : 0));
    if (opened === 1) newest.isUsed = true;
    else if (left > 0 && this.right === 0)
      expect(got.filter((word) => word === "code_expired")).toHaveLength(Math.max(0, this.wrong - left));
  }
}

/** Minutes pass: the times in the database move back instead. */
class Age implements CodesCommand {
  constructor(private readonly minutes: number) {}
  check = ({ subjects }: CodesModel) => subjects.some(({ newest }) => newest !== null);
  toString = () => `age(${this.minutes})`;
  async run(model: CodesModel, real: CodesReal): Promise<void> {
    for (const linkId of new Set(real.subjects.map((subject) => subject.linkId)))
      await real.db.tenant(real.tenant.id, (trx) =>
        sql`update link_verifications set expires_at = expires_at - make_interval(mins => ${this.minutes}),
          created_at = created_at - make_interval(mins => ${this.minutes})
          where link_id = ${linkId}`.execute(trx),
      );
    for (const code of new Set(model.subjects.flatMap(({ ofAddress }) => ofAddress))) code.age += this.minutes;
  }
}

const who = fc.constantFrom(0, 0, 0, 1, 2, 3);
const request = who.map((it) => new Request(it));
const wrong = who.map((it) => new Confirm(it, "wrong"));

/** A game that meets every outcome; the others are made up. */
export const CODES_TOUR: CodesCommand[] = [
  ...[new Request(0), ...Array.from({ length: TRIES }, () => new Confirm(0, "wrong")), new Confirm(0, "newest")],
  ...[new Request(0), new Confirm(0, 0), new ConfirmAtOnce(0, 0, 2), new Confirm(0, "newest")],
  ...[
    new Request(0),
    new Request(0),
    new Age(9),
    new Request(0),
    new Age(1),
    new Request(0),
    new ConfirmAtOnce(0, 7, 0),
  ],
  // Somebody else asks with the same address: neither code is of use to the other, and none takes a try from the other.
  ...[new Age(60), new Request(0), new Request(3), ...Array.from({ length: TRIES }, () => new Confirm(3, "wrong"))],
  ...[new Confirm(3, "newest"), new Confirm(0, "newest"), new Age(60)],
  ...[new Request(1), new Confirm(2, 0), new Request(2), new Confirm(1, 5), new Confirm(2, "newest")],
  ...[new Age(10), new Confirm(1, "newest")],
];

/** Mostly one address, so that its three requests and five tries are used up. */
export const codesCommands = fc.commands(
  [
    ...[request, request, request, wrong, wrong],
    who.map((it) => new Confirm(it, "newest")),
    fc.tuple(who, fc.nat()).map(([it, index]) => new Confirm(it, index)),
    fc.tuple(who, fc.nat({ max: 6 }), fc.integer({ min: 0, max: 2 })).map((args) => new ConfirmAtOnce(...args)),
    fc.constantFrom(1, 4, 9, 10, 30).map((minutes) => new Age(minutes)),
  ],
  { maxCommands: 15, size: "max" },
);

import { describe, expect, it } from "vitest";
import { changedBody, linkBody, templateBody, valuesOf } from "../src/links/link-body.js";
import { answeredIn, controlOf, initialValues, SECTIONS, wrongFields } from "../src/links/link-form.js";
import { recipientsIn } from "../src/links/recipients.js";
import { csv } from "../src/ui/csv.js";
import { linkRow } from "./rows.js";

const whole = {
  title: "Everything",
  description: "d",
  welcome_message: "Hi {{recipient.name}}",
  expires_at: "2031-05-06T07:08:00.000Z",
  max_sessions: 7,
  max_concurrent_sessions: 3,
  max_messages_per_session: 8,
  session_timeout_minutes: 9,
  rate_limit_per_minute: 11,
  max_message_length: 12,
  require_email: true,
  allowed_email_domains: ["example.com"],
  consent_text: "We keep it.",
  proof_of_work: "always",
  recipient: { name: "Ada", email: "ada@example.com" },
  allowed_domains: ["https://a.example"],
  allowed_ips: ["203.0.113.0/24", "2001:db8::/32"],
  allowed_countries: ["DE"],
  blocked_countries: ["FR"],
  budget: { max_cost: 2.5, max_tokens: null, hard: false },
  file_uploads: { enabled: true, types: ["image/*"], max_bytes: 2_097_152, max_count: 4 },
  branding: { name: "Praxis", locale: "de", font: "serif", colours: { page: "#fff", accent: "#fc0" } },
  starters: ["Book a visit, please", "Hours"],
  intro: "agent",
  agent_version: 2,
  chat_intent: "i",
  initial_message: "f",
  system_prompt_override: "s",
  friendly_errors: true,
  retention_days: 30,
  source_session_id: "text_1",
  metadata: { campaign: { spring: 1 } },
};

describe("the form of a link", () => {
  it("reads and writes every field a link has", () => {
    const { agent_version, ...link } = { ...linkRow({}), ...whole };
    const asked = Object.keys(link).filter((name) => !READ_ONLY.includes(name));
    expect(linkBody(valuesOf({ ...link, agent_version }))).toEqual(whole);
    // A field the API learns must come into this form.
    expect(asked.filter((name) => !(name in whole))).toEqual([]);
  });

  it("sends only changed fields, and nested objects as a whole with unknown fields", () => {
    const before = valuesOf({ ...linkRow({}), ...whole });
    expect(changedBody(before, before)).toEqual({});
    const after = { ...before, title: "New", "branding/accent": "#123456", consent_text: " ", starters: "" };
    expect(changedBody(before, after)).toEqual({
      title: "New",
      consent_text: null,
      starters: [],
      branding: { ...whole.branding, colours: { page: "#fff", accent: "#123456" } },
    });
  });

  it("keeps a second colour set elsewhere, unless no page could use it", () => {
    const coloursOf = (colours: Record<string, string>): unknown =>
      linkBody({ ...valuesOf({ branding: { colours } }), "branding/accent": "#123456" }).branding;
    expect(coloursOf({ primary: "#fc0", page: "tan" })).toEqual({
      colours: { accent: "#123456", primary: "#fc0", page: "tan" },
    });
    expect(coloursOf({ primary: "red", page: "tan" })).toEqual({ colours: { accent: "#123456", page: "tan" } });
    expect(valuesOf({ branding: { colours: { primary: "red" } } })["branding/accent"]).toBe("red");
  });

  it.each([
    [{ expiry: "" }, { expires_at: null }],
    [{ expiry: "24" }, { expires_in_hours: 24 }],
    [{ expiry: "hours", expires_in_hours: "1.5" }, { expires_in_hours: 1.5 }],
    [{ "budget/max_cost": "" }, { budget: null }],
    [{ "recipient/name": "", "recipient/email": "" }, { recipient: null }],
    [{ "file_uploads/enabled": "" }, { file_uploads: { enabled: false } }],
    [{ pin: "4711-0815" }, { pin: "4711-0815" }],
    [{ pin_remove: "yes" }, { pin: null }],
    [{ agent_version: "active" }, { agent_version: "active" }],
    [{ metadata: "" }, { metadata: {} }],
    [{ allowed_countries: "de, at" }, { allowed_countries: ["DE", "AT"] }],
  ])("turns %j into %j", (typed, body) => {
    const before = valuesOf({ ...linkRow({}), ...whole });
    expect(changedBody(before, { ...before, ...typed })).toEqual(body);
  });

  it("omits fields of a single link from a template", () => {
    const body = templateBody({ ...valuesOf({ ...linkRow({}), ...whole }), pin: "4711" }, "Mine");
    expect(Object.keys(body)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pin|recipient|source_session_id|expires_at)$/)]),
    );
    expect(body).toMatchObject({ name: "Mine", title: "Everything", budget: whole.budget });
  });

  it.each([
    ["max_concurrent_sessions", "0"],
    ["allowed_ips", "everywhere"],
    ["blocked_countries", "DEU"],
    ["allowed_email_domains", "me@example.com"],
    ["starters", "1\n2\n3\n4\n5\n6\n7"],
    ["branding/accent", "blue"],
    ["budget/max_cost", "-1"],
    ["budget/max_tokens", "1.5"],
    ["file_uploads/max_bytes", "11"],
    ["file_uploads/types", "pictures"],
    ["metadata", "[1]"],
    ["pin", "123"],
  ])("refuses %s = %j before it asks the server", (name, value) => {
    expect(Object.keys(wrongFields({ ...initialValues(), [name]: value }))).toEqual([name]);
  });

  it("finds the control for each finding of the server", () => {
    const at = (path: string, typed = {}) => controlOf(path, { ...initialValues(), ...typed });
    expect(at("allowed_ips")).toBe("allowed_ips");
    expect(at("budget")).toBe("budget/max_cost");
    expect(at("branding.colours.accent")).toBe("branding/accent");
    expect(at("file_uploads.types")).toBe("file_uploads/types");
    expect(at("expires_at")).toBe("expiry");
    expect(at("expires_at", { expiry: "at" })).toBe("expires_at");
    expect(at("something_new")).toBe("");
  });

  it("counts the filled fields of a collapsed section", () => {
    const places = SECTIONS.find(({ id }) => id === "places");
    if (!places) throw new Error("no such part");
    expect(answeredIn(places, initialValues())).toBe(0);
    expect(answeredIn(places, valuesOf({ allowed_ips: ["::1"], allowed_countries: ["DE"] }))).toBe(2);
  });
});

/** What an owner reads of a link but cannot set, or sets in another way. */
const READ_ONLY = [
  "id",
  "agent_id",
  "token_hint",
  "status",
  "created_at",
  "created_by",
  "updated_at",
  "usage",
  "pin_required",
  "is_active",
];

describe("lists of people", () => {
  it("parses text pasted from a spreadsheet or a mail address field", () => {
    const text = '"Ada Lovelace", ada@example.com\nBo <bo@example.com>\n\nCharles\td@example.com\nEve\nf@example.com;';
    expect(recipientsIn(text)).toEqual({
      wrong: null,
      people: [
        { name: "Ada Lovelace", email: "ada@example.com" },
        { name: "Bo", email: "bo@example.com" },
        { name: "Charles", email: "d@example.com" },
        { name: "Eve" },
        { name: "", email: "f@example.com" },
      ],
    });
  });

  it("names the line it cannot parse, and rejects empty and overlong lists", () => {
    expect(recipientsIn("Ada\nb@\n").wrong).toBe("cannot be read in line 2");
    expect(recipientsIn(" \n").wrong).toMatch("at least one");
    expect(recipientsIn("x\n".repeat(501)).wrong).toMatch("at most 500");
  });

  it("writes CSV that no spreadsheet interprets as a formula", () => {
    expect(
      csv([
        ["a", 1],
        ['b "c"', "=1+1"],
        ["d,e", "+49"],
      ]),
    ).toBe(`a,1\r\n"b ""c""",'=1+1\r\n"d,e",'+49\r\n`);
  });
});

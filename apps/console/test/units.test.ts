import { describe, expect, it } from "vitest";
import { suggestedSlug } from "../src/agents/agent-name.js";
import { lineOf, positionOf } from "../src/agents/json-position.js";
import { readProblem } from "../src/api/problem.js";
import { parseSearch, stringifySearch, wordsOf } from "../src/app/search.js";
import { linkBody, valuesOf } from "../src/links/link-body.js";
import { initialValues, wrongFields } from "../src/links/link-form.js";
import { applyEvent, newLiveSession } from "../src/sessions/live-session.js";

describe("place of a finding in JSON", () => {
  const source = '{\n "a,}": [1, {"x\\"y": "]"}, [ ] ],\n "b": {"c": true}, "d": -1.5e3\n}';
  const at = (...path: (string | number)[]): string | null => {
    const found = positionOf(source, path);
    return found && source.slice(found.start, found.end);
  };

  it("finds values after strings that look like JSON", () => {
    expect(at("a,}", 0)).toBe("1");
    expect(at("a,}", 1, 'x"y')).toBe('"]"');
    expect(at("a,}", 2)).toBe("[ ]");
    expect(at("b")).toBe('{"c": true}');
    expect(at("b", "c")).toBe("true");
    expect(at("d")).toBe("-1.5e3");
    expect(at()).toBe(source);
    expect(lineOf(source, positionOf(source, ["b"])?.start ?? 0)).toBe(3);
  });

  it("finds the deepest existing part, and nothing in text that is not JSON", () => {
    expect(at("b", "missing", "deeper")).toBe('{"c": true}');
    expect(at("a,}", 9)).toBe('[1, {"x\\"y": "]"}, [ ] ]');
    expect(positionOf("agent:\n  name: x", ["agent"])).toBeNull();
  });
});

describe("search of an address", () => {
  it.each([{}, { status: "active", link: "x&y" }, { person: "42" }, { person: '"a b"+ç@example.org' }])(
    "reads back what it writes: %o",
    (search) => expect(parseSearch(stringifySearch(search))).toEqual(search),
  );

  it("omits empty values, and accepts only known ones", () => {
    expect(stringifySearch({ status: "", agent: undefined })).toBe("");
    expect(wordsOf({ status: "active", person: "", other: "x" }, ["status", "person"])).toEqual({ status: "active" });
  });
});

describe("form of a new link", () => {
  it("omits empty values", () => {
    expect(linkBody(initialValues())).toEqual({
      max_sessions: 1,
      max_messages_per_session: 100,
      session_timeout_minutes: 30,
      rate_limit_per_minute: 10,
      max_message_length: 4000,
    });
  });

  it.each([
    ["max_sessions", "10001"],
    ["max_sessions", "1.5"],
    ["max_sessions", ""],
    ["session_timeout_minutes", "4"],
    ["rate_limit_per_minute", "101"],
    ["allowed_domains", "not a site"],
    ["allowed_domains", "https://*.*.example.com"],
  ])("refuses %s = %s", (name, value) => {
    expect(Object.keys(wrongFields({ ...initialValues(), [name]: value }))).toEqual([name]);
  });

  it.each([
    ["one", 1],
    ["several", 20],
    ["open", 10_000],
  ])("asks whom it is for: %s", (audience, sessions) => {
    const { audience: first, max_sessions } = valuesOf({ max_sessions: sessions });
    expect([first, max_sessions]).toEqual([audience, String(sessions)]);
  });

  it("parses sites one per line, and a time in local time", () => {
    const values = {
      ...initialValues(),
      allowed_domains: "https://a.example\nhttps://*.b.example:8443\nhttp://localhost:3000",
      expiry: "at",
      expires_at: "2030-01-02T03:04",
      agent_version: "7",
    };
    expect(wrongFields(values)).toEqual({});
    expect(linkBody(values)).toMatchObject({
      allowed_domains: ["https://a.example", "https://*.b.example:8443", "http://localhost:3000"],
      expires_at: new Date("2030-01-02T03:04").toISOString(),
      agent_version: 7,
    });
  });
});

describe("names and refusals", () => {
  it("suggests a slug from JSON and YAML", () => {
    expect(suggestedSlug('{"agent":{"name":"Ärzte & Co."}}')).toBe("arzte-co");
    expect(suggestedSlug("agent:\n  description: x\n  name: 'Night Desk'\nworkflow: {}")).toBe("night-desk");
    expect(suggestedSlug("{")).toBe("");
  });

  it("parses a problem document, and an error page of a proxy", () => {
    const body = { code: "validation_failed", detail: "Some.", errors: [{ pointer: "/title", message: "too long" }] };
    expect(readProblem(422, body, "r1")).toMatchObject({
      code: "validation_failed",
      fields: [{ field: "title", message: "too long" }],
      requestId: "r1",
    });
    expect(readProblem(502, null, null)).toMatchObject({
      code: "unknown",
      detail: "The server answered with status 502.",
    });
  });
});

describe("who writes in a session", () => {
  it("is the visitor, even while an operator types, and each notice restarts its time", () => {
    const tell = (who: string, active: boolean) => ({ id: null, type: "typing" as const, data: { who, active } });
    const session = {} as Parameters<typeof newLiveSession>[0];
    const began = applyEvent(newLiveSession(session, []), tell("visitor", true));
    const both = applyEvent(began, tell("operator", true));
    expect(applyEvent(both, tell("operator", false)).typing).toEqual({ by: "visitor" });
    expect(applyEvent(both, tell("visitor", true)).typing).not.toBe(both.typing);
    const left = applyEvent(both, tell("visitor", false));
    expect(left.typing).toBeNull();
    expect(applyEvent(left, tell("operator", true)).typing).toEqual({ by: "operator" });
  });
});

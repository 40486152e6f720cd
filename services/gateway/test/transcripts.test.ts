import type { HistoryMessage } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { asCsv, asHtml, asText, type Transcript } from "../src/routes/owner/transcripts.js";

const message = (sequence: number, role: "user" | "assistant", content: string): HistoryMessage => ({
  ...{ id: `m${sequence}`, sequence, turn_id: "t.1", role, content, node_id: "n", node_name: "N" },
  ...{ client_message_id: null, status: "done", created_at: "2026-01-01T10:00:00.000Z" },
});
const transcript = (...contents: string[]): Transcript => ({
  session: {
    ...{ session_id: "text_1", conversation_id: "c", status: "active", node_id: "n", node_name: null, turns: 1 },
    ...{
      transition_count: 0,
      collected_data: {},
      created_at: "2026-01-01T10:00:00.000Z",
      updated_at: "",
      ended_at: null,
    },
    ...{ end_reason: null, expires_at: null, remaining_messages: null, message_count: 1, agent_config_version: 1 },
    ...{ metadata: {}, tenant_id: "t", agent_id: "a", link_id: null, last_event_offset: 1, epoch: 1 },
  },
  messages: contents.map((content, index) => message(index + 1, index % 2 === 0 ? "user" : "assistant", content)),
});

describe("a transcript file", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("keeps a spreadsheet from running %j", (formula) => {
    expect(asCsv(transcript(formula))).toContain(`,"'${formula}"\r\n`);
  });

  it("quotes every field and doubles quotes, so that commas and line breaks stay inside", () => {
    const [, row] = asCsv(transcript('a, "b"\nc')).split("\r\n");
    expect(row).toBe('"1","2026-01-01T10:00:00.000Z","user","n","N","done","a, ""b""\nc"');
  });

  it("escapes markup", () => {
    const page = asHtml(transcript("<script>alert('x')</script> & \"more\""));
    expect(page).not.toContain("<script>");
    expect(page).toContain("&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62; &#38; &#34;more&#34;");
  });

  it("names the files of a message in every format, safe against formulas and markup", () => {
    const { session, messages } = transcript("Here");
    const file = { id: "f", name: "=<b>.txt", media_type: "text/plain", bytes: 12 };
    const given = { session, messages: messages.map((one) => ({ ...one, files: [file] })) };
    const [head, row] = asCsv(given).split("\r\n");
    expect(head?.endsWith('"files","content"')).toBe(true);
    expect(row?.endsWith(`,"'=<b>.txt (text/plain, 12 bytes)","Here"`)).toBe(true);
    expect(asText(given)).toMatch(/Visitor: Here\n {2}File: =<b>\.txt \(text\/plain, 12 bytes\)\n$/);
    expect(asHtml(given)).toContain("<p>File: <bdi>=&#60;b&#62;.txt (text/plain, 12 bytes)</bdi></p>");
  });

  it("marks in a spreadsheet what a person of the team wrote", () => {
    const { session, messages } = transcript("hi", "hello", "thanks");
    const given = messages.map((m) =>
      m.sequence === 2 ? { ...m, author: "human" as const, author_name: "=Olga" } : m,
    );
    expect(asCsv({ session, messages: given }).split("\r\n")).toEqual([
      '"sequence","created_at","role","node_id","node_name","status","author","author_name","content"',
      '"1","2026-01-01T10:00:00.000Z","user","n","N","done","","","hi"',
      `"2","2026-01-01T10:00:00.000Z","assistant","n","N","done","human","'=Olga","hello"`,
      '"3","2026-01-01T10:00:00.000Z","user","n","N","done","","","thanks"',
      "",
    ]);
  });

  it("shows in plain text who said what", () => {
    expect(asText(transcript("hi", "hello"))).toMatch(/Visitor: hi\n\n\[.*\] Agent: hello\n$/);
  });
});

import { eventually } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLink } from "../../cluster/owner.js";
import { type Fixture, type GetFixture, type Page, visitor } from "./fixture.js";

interface Note {
  id: string;
  content: string;
  author_name: string | null;
  mine: boolean;
}
const WORD = "zebra-finch-4711";

async function colleague(fixture: Fixture, role = "operator") {
  const made = await fixture.tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: "Desk", role });
  return visitor(fixture, made.body.token);
}

async function visit(fixture: Fixture) {
  const link = await createLink(fixture.tenant, "echo", { max_sessions: 10, rate_limit_per_minute: 100 });
  const opened = await visitor(fixture).call<{ session_token: string; session_id: string }>(
    "POST",
    `/api/public/sessions/${link.token}`,
    {},
  );
  const id = opened.body.session_id;
  return { token: link.token, id, notes: `/api/sessions/${id}/notes`, me: visitor(fixture, opened.body.session_token) };
}

/** What the team notes for itself on a session. */
export function describeNotes(fixture: GetFixture): void {
  describe("notes of the team on a session", () => {
    it("are read by operators, and by no visitor, no model and no export of a person", async () => {
      const { owner } = fixture().tenant;
      const { token, id, notes, me } = await visit(fixture());
      const [grace, viewer] = [await colleague(fixture()), await colleague(fixture(), "viewer")];
      const first = await grace.call<Note>("POST", notes, { content: `  **${WORD}** owes us `, name: "Grace" });
      expect(first).toMatchObject({ status: 201, body: { content: `**${WORD}** owes us`, mine: true } });
      await owner.call("POST", notes, { content: `${WORD} again` });
      const read = await owner.call<Page<Note>>("GET", `${notes}?limit=1`);
      expect(read.body.data).toMatchObject([{ author_name: "Grace", mine: false }]);
      const rest = await owner.call<Page<Note>>("GET", `${notes}?limit=1&cursor=${read.body.next_cursor}`);
      expect(rest.body).toMatchObject({ data: [{ content: `${WORD} again`, mine: true }], next_cursor: null });
      for (const [method, body] of [["GET"], ["POST", { content: "x" }]] as const)
        expect((await viewer.call(method, notes, body)).status).toBe(403);

      const answer = await me.call("POST", `/api/public/chat/${token}`, { message: "What do you know of me?" });
      expect(answer.status, answer.text).toBe(200);
      const seen = [
        answer.text,
        (await me.call("GET", `/api/public/history/${token}`)).text,
        (await me.call("GET", `/api/public/poll/${token}?timeout=0`)).text,
        (await owner.call("GET", `/api/sessions/${id}/transcript`)).text,
        // With every prompt of the model.
        (await owner.call("GET", `/api/sessions/${id}/trace`)).text,
      ];
      for (const text of seen) expect(text).not.toContain(WORD);
      expect(seen[4]).toContain("What do you know of me?");
      const exported = await owner.call("GET", "/api/exports/notes");
      expect(exported.text.split("\n").filter((line) => line.includes(WORD))).toHaveLength(2);
      const again = JSON.parse(exported.text.split("\n").find((line) => line.includes("owes us")) ?? "{}");
      expect(again).toMatchObject({ session_id: id, note_id: first.body.id, author_name: "Grace" });
    });

    it("can be written when the session is over, are removed by their author or an admin, and go with the session", async () => {
      const { owner } = fixture().tenant;
      const { id, notes } = await visit(fixture());
      const [grace, mira] = [await colleague(fixture()), await colleague(fixture())];
      await owner.call("POST", `/api/sessions/${id}/end`);
      const write = async (by: typeof grace) => (await by.call<Note>("POST", notes, { content: WORD })).body.id;
      const [hers, other] = [await write(grace), await write(grace)];
      expect(await mira.call("DELETE", `${notes}/${hers}`)).toMatchObject({ status: 403 });
      expect((await grace.call("DELETE", `${notes}/${hers}`)).status).toBe(200);
      expect(await grace.call("DELETE", `${notes}/${hers}`)).toMatchObject({ body: { code: "note_not_found" } });
      expect((await owner.call("DELETE", `${notes}/${other}`)).status).toBe(200);
      expect((await grace.call<Page<Note>>("GET", notes)).body.data).toEqual([]);
      await write(grace);
      const erasure = await owner.call<{ id: string }>("POST", "/api/privacy/erasure", { session_id: id });
      expect(erasure.status, erasure.text).toBeLessThan(300);
      await eventually(async () => expect((await grace.call<Page<Note>>("GET", notes)).body.data).toEqual([]), {
        timeoutMs: 30_000,
      });
      expect(await grace.call("POST", notes, { content: WORD })).toMatchObject({ body: { code: "content_removed" } });
    });
  });
}

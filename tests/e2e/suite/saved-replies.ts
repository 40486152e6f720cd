import { describe, expect, it } from "vitest";
import { createTenant } from "../../cluster/owner.js";
import { type GetFixture, type Page, visitor } from "./fixture.js";

interface Reply {
  id: string;
  key: string;
  content: string;
  action: string | null;
  digit: number | null;
}

/** Words that the team answers visitors with. */
export function describeSavedReplies(fixture: GetFixture): void {
  describe("saved replies", () => {
    it("are managed by operators, each with a key and a digit of its own, and are audited without their text", async () => {
      const { owner } = fixture().tenant;
      const token = async (role: string) =>
        (await owner.call<{ token: string }>("POST", "/api/tokens", { name: "Desk", role })).body.token;
      const [desk, viewer] = [visitor(fixture(), await token("operator")), visitor(fixture(), await token("viewer"))];
      const path = "/api/saved-replies";
      const save = (body: object) => desk.call<Reply>("POST", path, body);
      const hours = await save({ key: "hours", content: "We open at **nine**.", digit: 1 });
      expect(hours).toMatchObject({ status: 201, body: { key: "hours", action: null, digit: 1 } });
      const thanks = await save({ key: "thanks", content: "You are welcome", action: "resolve" });
      for (const taken of [{ key: "hours" }, { key: "other", digit: 1 }])
        expect(await save({ content: "x", ...taken })).toMatchObject({
          status: 409,
          body: { code: "saved_reply_exists" },
        });
      for (const wrong of [
        { key: "Hours!" },
        { key: "a", digit: 10 },
        { key: "a", action: "end" },
        { key: "a", content: " " },
        { key: "a", action: "transfer" },
        { key: "a", transfer_to: "018f3a5e-7c1b-7d2e-8a4f-000000000003" },
      ])
        expect((await save({ content: "x", ...wrong })).status).toBe(422);
      const at = `${path}/${thanks.body.id}`;
      expect(await desk.call("PATCH", at, { digit: 1 })).toMatchObject({ body: { code: "saved_reply_exists" } });
      const changed = await desk.call<Reply>("PATCH", at, { digit: 2, action: null });
      expect(changed.body).toMatchObject({ key: "thanks", content: "You are welcome", action: null, digit: 2 });
      const to = "018f3a5e-7c1b-7d2e-8a4f-000000000003";
      const handsOn = await desk.call("PATCH", at, { action: "transfer", transfer_to: to });
      expect(handsOn.body).toMatchObject({ action: "transfer", transfer_to: to, digit: 2 });
      const resolves = await desk.call("PATCH", at, { action: "resolve" });
      expect(resolves.body).toMatchObject({ action: "resolve", transfer_to: null });
      const listed = await desk.call<Page<Reply>>("GET", path);
      expect(listed.body.data.map(({ key }) => key)).toEqual(["thanks", "hours"]);
      expect((await viewer.call("GET", path)).status).toBe(403);
      const stranger = await createTenant(fixture().cluster, "Strangers");
      expect(await stranger.owner.call("DELETE", at)).toMatchObject({ body: { code: "saved_reply_not_found" } });
      expect((await stranger.owner.call<Page<Reply>>("GET", path)).body.data).toEqual([]);
      for (const { body } of [hours, thanks])
        expect((await desk.call("DELETE", `${path}/${body.id}`)).status).toBe(200);
      const audit = await owner.call("GET", "/api/audit?limit=200");
      expect(audit.text).toContain("saved_reply");
      expect(audit.text).not.toContain("You are welcome");
    });
  });
}

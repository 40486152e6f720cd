import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "../first-start.js";
import { runProgram } from "./run-program.js";

describe("users of the console, on the command line", { timeout: 60_000 }, () => {
  let product: FirstStart;
  let demo: Announcement;
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
  }, 120_000);
  afterAll(() => product?.clear(), 60_000);

  const parley = (...argv: string[]) =>
    runProgram(["users", ...argv], { PARLEY_URL: product.base, PARLEY_TOKEN: demo.admin_token });

  it("are invited, listed, given a new role, disabled, enabled and removed", async () => {
    const invited = await parley("invite", "grace@example.com", "--role", "operator", "--name", "Grace");
    const id = /^invited as operator; id (\S+)\n$/.exec(invited.out)?.[1] ?? "";
    const listed = await parley("list");
    expect(listed.out).toMatch(/^ID .+ADDRESS .+ROLE .+STATUS .+LAST SEEN .+NAME\n/);
    expect(listed.out).toMatch(new RegExp(`${id} +grace@example.com +operator +invited +never +Grace\n`));
    expect((await parley("role", id, "admin")).out).toBe("grace@example.com is admin now\n");
    expect((await parley("sign-out", id)).out).toBe("signed out of 0 browsers\n");
    expect((await parley("disable", id)).out).toBe("grace@example.com is disabled and signed out everywhere\n");
    expect((await parley("list")).out).toMatch(new RegExp(`${id} +grace@example.com +admin +disabled `));
    expect((await parley("enable", id)).out).toBe("grace@example.com may sign in again\n");
    expect(await parley("remove", id)).toMatchObject({ code: 0, out: expect.stringMatching(/^removed/) });
    expect(await parley("remove", id)).toMatchObject({ code: 1, err: expect.stringContaining("(user_not_found)") });
    const again = await parley("invite", "grace@example.com", "--json");
    expect(JSON.parse(again.out)).toMatchObject({ id, role: "viewer", status: "invited", name: "Grace" });
    expect(await parley("invite", "grace@example.com")).toMatchObject({
      code: 1,
      err: expect.stringContaining("user_exists"),
    });
  });

  it("refuses an invalid role and an invalid address", async () => {
    expect(await parley("invite", "a@example.com", "--role", "boss")).toMatchObject({ code: 2 });
    expect(await parley("invite", "nobody")).toMatchObject({
      code: 1,
      err: expect.stringContaining("validation_failed"),
    });
  });
});

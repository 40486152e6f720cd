import { AppError } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { whileBusy } from "../src/while-busy.js";

describe("a start on a busy machine", () => {
  it("asks a database that is too busy again, and reports at once what waiting cannot fix", async () => {
    let asked = 0;
    const busyOnce = async () => {
      asked += 1;
      if (asked === 1) throw new AppError("not_ready");
      return asked;
    };
    expect(await whileBusy(busyOnce)).toBe(2);
    const broken = () => Promise.reject(new AppError("internal"));
    await expect(whileBusy(broken)).rejects.toMatchObject({ code: "internal" });
    const busy = () => Promise.reject(new AppError("not_ready"));
    await expect(whileBusy(busy, 0)).rejects.toMatchObject({ code: "not_ready" });
  });
});

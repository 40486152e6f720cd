import { AppError } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { agentForVisitor } from "../src/lifecycle/resolve-agent.js";

const link = { tenantId: "t", agentId: "a", agentVersion: null };
const agent = { agentId: "a", agentName: "Desk", version: 2, isActive: true };

describe("the agent of a visitor's session", () => {
  it("is unavailable for now if it has no active version: visitors are not told to activate one", async () => {
    const resolve = () => Promise.reject(new AppError("agent_has_no_version"));
    const refusal: unknown = await agentForVisitor(resolve, link).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "agent_unavailable", status: 503, retryAfterSeconds: 60 });
    expect(String(refusal)).not.toMatch(/activate/i);
  });

  it("is the one its link names; other failures are passed on unchanged", async () => {
    expect(await agentForVisitor(async () => agent, link)).toEqual(agent);
    const gone = () => Promise.reject(new AppError("agent_not_found"));
    await expect(agentForVisitor(gone, link)).rejects.toMatchObject({ code: "agent_not_found" });
  });
});

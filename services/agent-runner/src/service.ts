import type { Component } from "@parley/runtime";
import { registerAgents } from "./agents/register-agents.js";
import { serveTries } from "./agents/try/serve-tries.js";
import type { RunnerDeps } from "./deps.js";
import { createRunner } from "./runner/create-runner.js";

/** Agents and their versions, and the turns that run them: both in this process, or the half that AGENT_RUNNER_ROLE names. */
export function createAgentRunner(deps: RunnerDeps): Component {
  const { AGENT_RUNNER_ROLE: role } = deps.config;
  const runner = role === "agents" ? null : createRunner(deps);
  let agents: { stop(): Promise<void> } | undefined;
  let tries: { stop(): Promise<void> } | undefined;
  return {
    name: "agent-runner",
    async start() {
      if (role !== "runner") [agents, tries] = [registerAgents(deps), serveTries(deps)];
      await runner?.start();
      await deps.bus.settled();
    },
    async stop() {
      await agents?.stop();
      await tries?.stop();
      await runner?.stop();
    },
    ready: () => deps.db.ping(),
  };
}

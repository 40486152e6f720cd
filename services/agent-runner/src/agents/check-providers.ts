import type { AgentDocument } from "@parley/contracts";
import type { Issue } from "@parley/workflow";
import type { AgentsDeps } from "./deps.js";

/** A warning for each `provider_id` that is not configured here: every turn that uses it would fail. */
export function checkProviders({ model }: Pick<AgentsDeps, "model">, { workflow }: AgentDocument): Issue[] {
  const places: [path: (string | number)[], settings: { provider_id?: string | undefined } | undefined][] = [
    [["workflow", "llm"], workflow.llm],
    [["workflow", "extraction_llm"], workflow.extraction_llm],
    ...workflow.nodes.map((node, index): (typeof places)[number] => [
      ["workflow", "nodes", index, "llm_override"],
      "llm_override" in node ? node.llm_override : undefined,
    ]),
  ];
  return places.flatMap(([path, settings]) => {
    const id = settings?.provider_id;
    if (id === undefined || model?.providers === undefined || model.providers.has(id)) return [];
    const message = `no provider ${id} is configured (MODEL_PROVIDERS); turns that ask it fail`;
    return [{ path: [...path, "provider_id"], code: "unknown_provider", message, severity: "warning" as const }];
  });
}

import type { CompiledNode, Prompt } from "./compiled.js";
import { currentNode, fill, type Run, refer, requestCall } from "./run.js";
import type { RagQuery, ReplyCall, Stage } from "./types.js";

/**
 * Lets the current node speak its prompt: fixed text immediately, otherwise through one model call. Returns the next stage, or null while
 * the call is pending.
 */
export function speak(run: Run, prompt: Prompt, next: Stage): Stage | null {
  if (prompt.kind === "static") {
    addPart(run, fill(run, prompt.text));
    return next;
  }
  const node = currentNode(run);
  return requestCall(
    run,
    {
      type: "llm.reply",
      nodeId: node.id,
      nodeName: node.name,
      partIndex: run.turn.parts.length,
      ...systemText(run, prompt.text),
      historyWindow: run.workflow.historyWindow,
      model: node.model,
      ...lookup(run, node),
    },
    { kind: "reply", next },
  );
}

/** Passages are retrieved by the user's latest message; an agent that opens the conversation has nothing to look up. */
function lookup(run: Run, { retrieval }: CompiledNode): { ragQuery?: RagQuery } {
  const { text } = run.turn;
  return retrieval === null || text.trim() === "" ? {} : { ragQuery: { text, ...retrieval } };
}

/** The current node answers the user. A node without a prompt of its own answers from the global prompt alone. */
export function answer(run: Run, node: CompiledNode): Stage | null {
  return speak(run, node.prompt ?? { kind: "system", text: "" }, "finish");
}

/** Records a finished part. Blank text counts as nothing: it adds no message and does not silence the next node. */
export function addPart(run: Run, raw: string): void {
  const node = currentNode(run);
  const text = raw.trim();
  if (text === "") return;
  const partIndex = run.turn.parts.length;
  run.turn.parts.push({ node_id: node.id, node_name: node.name, content: text });
  if (run.state.ownMessages !== undefined) run.state.ownMessages += 1;
  run.effects.push({ type: "speak", nodeId: node.id, nodeName: node.name, partIndex, text });
}

function systemText(run: Run, prompt: string): Pick<ReplyCall, "system" | "values"> {
  const { texts, values } = refer(
    run,
    [run.workflow.globalPrompt, prompt].filter((text) => text.trim() !== ""),
  );
  return { system: texts.join("\n\n"), values };
}

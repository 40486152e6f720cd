import type { ReplyRequest } from "../model.js";
import { matchPattern } from "./match-pattern.js";
import { fingerprint } from "./words.js";

export interface ScriptedReply {
  text: string;
  /** Label to show while the answer is prepared. */
  status: string | null;
}

/** The author's first rule that applies, else a sentence of our own; a pure function of the request. */
export function composeReply(request: ReplyRequest): ScriptedReply {
  const { hints, messages } = request;
  const said = hints.said ?? messages.findLast(({ role }) => role === "user")?.content ?? "";
  const rule = (hints.scripted?.replies ?? []).find(
    ({ node, when }) =>
      (node === undefined || node === hints.nodeId) && (when === undefined || matchPattern(when, said) !== null),
  );
  const status = rule?.status ?? null;
  if (rule?.text === undefined) return { text: fromPassages(request) ?? ownReply(request, said), status };
  const turn = messages.filter(({ role }) => role === "user").length;
  const texts = [rule.text].flat();
  return { text: fill(texts[turn % texts.length] ?? "", { ...hints.variables, last_user_text: said }), status };
}

/** Replaces `{{name}}` by its value, once: a value that contains `{{other}}` stays as it is. */
function fill(text: string, values: Record<string, unknown>): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined || value === null
      ? ""
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  });
}

/** The first passage found, if any: a demo without a model then answers from its documents. */
function fromPassages({ passages }: ReplyRequest): string | null {
  const found = /<passage [^>]*>\n(.*?)\n<\/passage>/s.exec(passages ?? "")?.[1];
  return found === undefined ? null : `Here is what I found: ${found.replace(/\s+/g, " ")}`;
}

function ownReply(request: ReplyRequest, said: string): string {
  const { agentName, nodeId, nodeName, variables } = request.hints;
  const place = nodeName ?? nodeId.replace(/[_-]+/g, " ");
  const person = typeof variables.first_name === "string" && variables.first_name !== "" ? variables.first_name : null;
  const question = wantedQuestion(request.system);
  const pick = (texts: readonly string[]): string => texts[fingerprint(`${nodeId} ${said}`) % texts.length] ?? "";

  if (/\b(?:end|goodbye|bye|farewell|close|closing)\b/i.test(`${place} ${nodeId.replace(/[_-]+/g, " ")}`)) {
    return `Thank you${person === null ? "" : `, ${person}`}, and goodbye. ${agentName} was glad to help.`;
  }
  if (said === "") {
    const hello = pick([`Hello, this is ${agentName}.`, `Welcome! You are talking to ${agentName}.`]);
    return `${hello} ${question ?? "How can I help you today?"}`;
  }
  const topic = quote(said);
  const opening = said.trimEnd().endsWith("?")
    ? pick([`Good question about ${topic}.`, `You asked: ${topic}.`])
    : pick([`Thank you for telling me ${topic}.`, `Understood: ${topic}.`, `Got it, ${topic}.`]);
  const addressed = person === null ? opening : `${person}, ${opening.charAt(0).toLowerCase()}${opening.slice(1)}`;
  const closing = question ?? pick(["What else would you like to know?", "Tell me more, and I will go on from there."]);
  return `${addressed} Let us go on with “${place}”. ${closing}`;
}

/** A prompt that says “ask for their name and zip code” becomes that question, so that demo agents make progress. */
function wantedQuestion(system: string): string | null {
  const asked = [
    ...system.matchAll(
      /\bask(?:s|ing)?\s+(?:(?:the\s+)?(?:user|visitor|caller|customer|patient|person|them)\s+)?(?:politely\s+)?for\s+([^.!?\n{}[\]]{3,120})/gi,
    ),
  ];
  const wanted = asked
    .at(-1)?.[1]
    ?.split(/,|;|:| so that | in order /)[0]
    ?.trim();
  // “it again”, partial sentences: only a short list of things makes a question.
  if (wanted === undefined || /^(?:it|this|that|them)\b/i.test(wanted)) return null;
  return `Could you tell me ${wanted.replace(/\b(?:their|his|her|the)\b/gi, "your")}?`;
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const points = [...line];
  return `“${points.length > 80 ? `${points.slice(0, 79).join("")}…` : line}”`;
}

import type { Issue } from "./issue.js";
import { isRecord, listOf, type Outline, type Path, type Raw, recordOf, textsOf, wordsOf } from "./outline.js";

const error = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "error" });
const warning = (path: Path, code: string, message: string): Issue => ({ path, code, message, severity: "warning" });

/** Rules of the workflow's settings, beyond their types and ranges. */
export function checkSettings(outline: Outline): Issue[] {
  const { settings } = outline;
  return [
    ...checkInitialNode(outline),
    ...checkGlobalIntents(outline),
    ...checkRetrieval(settings, ["workflow"]),
    ...outline.nodes.flatMap((node) => checkRetrieval(node.raw, node.path)),
    ...checkQuestions(settings),
    ...checkWebhook(settings),
    ...checkScript(outline),
  ];
}

function checkInitialNode({ initialNode, byId }: Outline): Issue[] {
  if (initialNode === null || byId.has(initialNode)) return [];
  return [error(["workflow", "initial_node"], "unknown_node", "no node has this id")];
}

function checkGlobalIntents({ settings, byId }: Outline): Issue[] {
  return Object.entries(recordOf(settings.global_intents)).flatMap(([id, raw]) => {
    const intent = recordOf(raw);
    const path = ["workflow", "global_intents", id];
    const target = wordsOf(intent.target_node);
    const unknown = (at: Path): Issue => error(at, "unknown_node", "no node has this id");
    const scopes = ["active_from_nodes", "excluded_from_nodes"].flatMap((field) =>
      listOf(intent[field]).flatMap((node, index) =>
        typeof node === "string" && !byId.has(node) ? [unknown([...path, field, index])] : [],
      ),
    );
    return target !== null && !byId.has(target) ? [unknown([...path, "target_node"]), ...scopes] : scopes;
  });
}

function checkRetrieval(owner: Raw, path: Path): Issue[] {
  const rag = owner.rag;
  if (!isRecord(rag)) return [];
  const issues: Issue[] = [];
  const { vector_weight: vector = 0.6, fts_weight: fts = 0.4 } = rag;
  if (typeof vector === "number" && typeof fts === "number" && Math.abs(vector + fts - 1) > 1e-9) {
    issues.push(error([...path, "rag"], "out_of_range", "vector_weight and fts_weight must add up to 1"));
  }
  return issues;
}

function checkQuestions(settings: Raw): Issue[] {
  return listOf(recordOf(settings.post_call_analysis).questions).flatMap((raw, index) => {
    const question = recordOf(raw);
    if (question.type !== "enum" || listOf(question.choices).length > 0) return [];
    const path = ["workflow", "post_call_analysis", "questions", index, "choices"];
    return [error(path, "missing_choices", "a question of type enum needs choices")];
  });
}

function checkWebhook(settings: Raw): Issue[] {
  const webhook = recordOf(settings.webhook);
  if (webhook.enabled !== true) return [];
  const path = ["workflow", "webhook"];
  const url = wordsOf(webhook.url);
  if (url === null) return [error([...path, "url"], "missing_field", "an enabled webhook needs a url")];
  // Warnings: versions that were accepted before must continue to work, and what they send is refused at delivery.
  const issues: Issue[] = [];
  if (!/^https?:\/\/[^\s/@]+(?:[/?]|$)/i.test(url)) {
    issues.push(warning([...path, "url"], "unusable_webhook", "use an http or https address without credentials"));
  }
  if (!isUsableAuth(webhook.auth)) {
    const forms = "{type: none}, {type: bearer, token: …} or {type: hmac, secret: …}";
    issues.push(warning([...path, "auth"], "unusable_webhook", `use ${forms}; nothing is sent otherwise`));
  }
  return issues;
}

function isUsableAuth(auth: unknown): boolean {
  if (auth === undefined || auth === null) return true;
  const { type, token, secret } = recordOf(auth);
  if (type === "bearer") return wordsOf(token) !== null;
  return type === "none" || (type === "hmac" && wordsOf(secret) !== null);
}

/** A script with a broken pattern or a mistyped node would silently answer with the wrong rule. */
function checkScript({ settings, byId }: Outline): Issue[] {
  const script = recordOf(settings["x-scripted"]);
  const path = ["workflow", "x-scripted"];
  const replies = listOf(script.replies).flatMap((raw, index) => {
    const reply = recordOf(raw);
    const issues = checkPattern(reply.when, [...path, "replies", index, "when"]);
    if (typeof reply.node !== "string" || byId.has(reply.node)) return issues;
    return [...issues, error([...path, "replies", index, "node"], "unknown_node", "no node has this id")];
  });
  const extract = script.extract;
  const tables = Array.isArray(extract)
    ? extract.map((table, index) => ({ table, at: [...path, "extract", index] }))
    : [{ table: extract, at: [...path, "extract"] }];
  const patterns = tables.flatMap(({ table, at }) => checkPatterns(table, at));
  const keywords = checkPatterns(script.intents, [...path, "intents"]);
  return [...replies, ...patterns, ...keywords];
}

/** A table from names to one pattern or a list of them. */
function checkPatterns(table: unknown, path: Path): Issue[] {
  return Object.entries(recordOf(table)).flatMap(([name, value]) => [
    ...checkPattern(value, [...path, name]),
    ...textsOf(value).flatMap((pattern, index) => checkPattern(pattern, [...path, name, index])),
  ]);
}

function checkPattern(pattern: unknown, path: Path): Issue[] {
  if (typeof pattern !== "string") return [];
  try {
    new RegExp(pattern, "iu");
    return [];
  } catch {
    return [error(path, "bad_pattern", "not a regular expression")];
  }
}

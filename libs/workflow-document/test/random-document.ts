/** Random valid documents as people write them: comments, anchors, aliases, quotes, blocks, braces, empty lines, JSON. */
export type Chance = (below: number) => number;

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const CONDITIONS = ["user_responded", "contains:yes, please", "max_turns:2", "timeout:10s", "variable_equals:a=b: c"];

interface Writer {
  chance: Chance;
  comments: number;
}

const pick = <T>({ chance }: Writer, of: readonly T[]): T => of[chance(of.length)] as T;
const maybe = ({ chance }: Writer, one: number): boolean => chance(one) === 0;

/** Each comment has a number of its own, so that a test can tell which are gone. */
const comment = (writer: Writer, indent: string): string => {
  writer.comments += 1;
  return `${indent}# comment ${writer.comments}: it's "so" {here}\n`;
};
const behind = (writer: Writer): string => (maybe(writer, 4) ? ` ${comment(writer, "").trimEnd()}` : "");

const quoted = (writer: Writer, text: string): string =>
  pick(writer, [
    JSON.stringify(text),
    `'${text.replaceAll("'", "''")}'`,
    /^[\w ]+$/.test(text) ? text : JSON.stringify(text),
  ]);

function prompt(writer: Writer, key: string, indent: string): string {
  const lines = ["You are kind.", "  Indented: yes # no comment", "", "Say {{name}} - 'quoted'."];
  switch (writer.chance(4)) {
    case 0:
      return `${indent}${key}: |${pick(writer, ["", "-"])}\n${lines.map((line) => (line ? `${indent}  ${line}` : "")).join("\n")}\n`;
    case 1:
      return `${indent}${key}: >-${behind(writer)}\n${indent}  Folded text\n${indent}  of two lines.\n`;
    case 2:
      return `${indent}${key}: "Two\\nlines \\u00e9"${behind(writer)}\n`;
    default:
      return `${indent}${key}: plain words,\n${indent}  on two lines${behind(writer)}\n`;
  }
}

function transitions(writer: Writer, ids: readonly string[], indent: string): string {
  const count = 1 + writer.chance(3);
  if (maybe(writer, 4)) {
    const items = Array.from({ length: count }, () => flowTransition(writer, ids));
    return `${indent}transitions: [${items.join(", ")}]${behind(writer)}\n`;
  }
  const items = Array.from({ length: count }, () => {
    const above = maybe(writer, 5) ? comment(writer, `${indent}  `) : "";
    if (maybe(writer, 3)) return `${above}${indent}  - ${flowTransition(writer, ids)}${behind(writer)}\n`;
    const condition = quoted(writer, pick(writer, CONDITIONS));
    const priority = maybe(writer, 4) ? `${indent}    priority: ${writer.chance(3) - 1}\n` : "";
    const target = quoted(writer, pick(writer, ids));
    return `${above}${indent}  - condition: ${condition}${behind(writer)}\n${priority}${indent}    target: ${target}\n`;
  });
  return `${indent}transitions:${behind(writer)}\n${items.join("")}`;
}

const flowTransition = (writer: Writer, ids: readonly string[]): string =>
  `{ condition: ${JSON.stringify(pick(writer, CONDITIONS))}, target: ${quoted(writer, pick(writer, ids))} }`;

function yamlNode(writer: Writer, id: string, ids: readonly string[], shared: boolean): string {
  const above = maybe(writer, 3) ? comment(writer, "    ") : "";
  const name = maybe(writer, 2) ? `      name: ${quoted(writer, `Node ${id}`)}${behind(writer)}\n` : "";
  const text = maybe(writer, 2)
    ? prompt(writer, "system_prompt", "      ")
    : `      static_text: ${quoted(writer, "Hello there: you!")}\n`;
  const way = shared ? "      transitions: *ways\n" : transitions(writer, ids, "      ");
  return `${above}    - id: ${quoted(writer, id)}${behind(writer)}\n${name}${text}${way}`;
}

/** A valid document with `n0 … end`, written by hand as it were. */
export function randomYaml(seed: number): string {
  const writer: Writer = { chance: chanceOf(seed), comments: 0 };
  const ids = [...Array.from({ length: 3 + writer.chance(6) }, (_, index) => `n${index}`), "the end"];
  const gap = pick(writer, ["", "\n", ""]);
  const anchored = maybe(writer, 3);
  const nodes = ids.slice(0, -1).map((id, index) => {
    if (anchored && index === 0) {
      return `    - id: n0\n      static_text: anchored\n      transitions: &ways\n        - { condition: user_responded, target: n1 }\n`;
    }
    return yamlNode(writer, id, ids, anchored && index % 3 === 2);
  });
  const globals = maybe(writer, 2)
    ? `  global_intents:\n    help: { description: "asks, for help", target_node: n1, excluded_from_nodes: [n2] } # of all\n`
    : "";
  const script = `  x-scripted:\n    replies:\n      - { node: n1, text: "Hi" }\n      - node: n2\n        text: Ho${behind(writer)}\n`;
  const tests = `tests:\n  - name: goes\n    steps:\n      - say: hi\n        expect: { path: [n1, n2] }\n`;
  const text = `${comment(writer, "")}agent: {name: "Random", x-note: &n 'kept'} # first\nworkflow:\n  initial_node: n0${behind(writer)}\n${globals}  nodes:\n${[...nodes, `    - {id: "the end", type: end_call}${behind(writer)}\n`].join(gap)}${script}${maybe(writer, 2) ? tests : ""}${comment(writer, "")}`;
  return maybe(writer, 10) ? text.replaceAll("\n", "\r\n") : text;
}

/** A valid document as JSON, compact, spread, or with tabs. */
export function randomJson(seed: number): string {
  const writer: Writer = { chance: chanceOf(seed), comments: 0 };
  const ids = [...Array.from({ length: 3 + writer.chance(6) }, (_, index) => `n${index}`), "end"];
  const nodes = ids.slice(0, -1).map((id) => ({
    id,
    ...(maybe(writer, 2) ? { name: `Node "${id}" \ud83d\ude00` } : {}),
    static_text: "Hello / \\ there",
    transitions: Array.from({ length: 1 + writer.chance(3) }, () => ({
      condition: pick(writer, CONDITIONS),
      target: pick(writer, ids),
    })),
  }));
  const workflow = { initial_node: "n0", nodes: [...nodes, { id: "end", type: "end_call" }], max_transitions: 9 };
  return JSON.stringify({ agent: { name: "Random" }, workflow }, null, pick(writer, [0, 2, 4, "\t"]));
}

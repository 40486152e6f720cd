/**
 * The agent under measurement: two places, a transition and a variable whenever a message says "move", one model call a turn.
 * The window keeps prompts of old and young sessions alike.
 */
export const HISTORY_WINDOW = 20;
export const SYSTEM_PROMPT = "Answer in one short sentence.";

const place = (id: string, name: string, target: string) => ({
  id,
  name,
  system_prompt: SYSTEM_PROMPT,
  actions: { on_entry: [`set:place=${id}`] },
  transitions: [
    { condition: "contains:goodbye", target: "end" },
    { condition: "contains:move", target },
  ],
});

export const BENCH_AGENT = {
  agent: { name: "Bench" },
  workflow: {
    initial_node: "here",
    history_window: HISTORY_WINDOW,
    max_transitions: 1_000,
    nodes: [
      place("here", "Here", "there"),
      place("there", "There", "here"),
      { id: "end", name: "End", type: "end_call", static_text: "Bye." },
    ],
  },
};

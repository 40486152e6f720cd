/** Greets by itself, then repeats: every reply is one model call. "goodbye" ends the session. */
export const ECHO = {
  agent: { name: "Echo" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        name: "Hello",
        proactive: true,
        static_text: "Welcome.",
        transitions: [{ condition: "always", target: "talk" }],
      },
      {
        id: "talk",
        name: "Talk",
        system_prompt: "Echo what is said.",
        transitions: [{ condition: "contains:goodbye", target: "end" }],
      },
      { id: "end", name: "End", type: "end_call", static_text: "Bye." },
    ],
  },
};

/** The same agent with another greeting, to tell versions apart. */
export const ECHO_2 = {
  ...ECHO,
  workflow: {
    ...ECHO.workflow,
    nodes: ECHO.workflow.nodes.map((node) => (node.id === "hello" ? { ...node, static_text: "Welcome back." } : node)),
  },
};

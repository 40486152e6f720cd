/** What one visitor of the demo says and thinks. `{name}`, `{zip}`, `{order}` are filled in from the number of the visit. */
export interface Visit {
  agent: "clinic-desk" | "support" | "feedback";
  says: string[];
  /** What a person answers, once the agent has handed over; absent = nobody does. */
  human?: { replies: string[]; summary: string };
  /** The visitor's verdict on the answer to the last message. */
  thumb?: { up: boolean; text?: string };
  rating?: { stars: 1 | 2 | 3 | 4 | 5; text?: string };
  /** The visitor goes without a goodbye. */
  leaves?: true;
}

/** Some happen often and some once, as in life: a visit stands here as many times as it shall be drawn. */
export const VISITS: readonly Visit[] = [
  {
    agent: "clinic-desk",
    says: [
      "Hi, I'm {name} and my ZIP is {zip}",
      "What are your opening hours on Saturday?",
      "I need a check-up next Tuesday in the morning",
      "That is all, thank you",
    ],
    thumb: { up: true },
    rating: { stars: 5, text: "Booked in two minutes." },
  },
  {
    agent: "clinic-desk",
    says: ["My name is {name}, {zip}", "Do you take my insurance?", "Can I pay in instalments?", "Thanks, bye"],
    rating: { stars: 4 },
  },
  {
    agent: "clinic-desk",
    says: [
      "skip",
      "Where can I park?",
      "I'd like to schedule an appointment",
      "Friday afternoon",
      "That's all, thank you",
    ],
    rating: { stars: 5 },
  },
  {
    agent: "clinic-desk",
    says: ["I'm {name}, {zip}", "Can I see Dr. Rossi this week?", "tomorrow morning, please", "Bye"],
    thumb: { up: true },
  },
  {
    agent: "clinic-desk",
    says: ["{name}, {zip}", "When will my laboratory results be there?", "No, I have everything I need"],
    rating: { stars: 3, text: "I hoped to see the results here." },
  },
  { agent: "clinic-desk", says: ["Why do you need my ZIP code?"], leaves: true },
  {
    agent: "clinic-desk",
    says: ["It's {name}, ZIP {zip}", "I have had a headache for three days", "I'd like an appointment", "cancel"],
    leaves: true,
  },
  {
    agent: "clinic-desk",
    says: ["I'm {name} and I live in {zip}", "I have a question about my invoice", "That is all, thank you"],
    thumb: { up: false, text: "It could not see my invoice." },
    rating: { stars: 2, text: "In the end I had to call anyway." },
  },
  {
    agent: "support",
    says: ["Where is my order?", "NW-{order}", "That's all, thanks"],
    thumb: { up: true },
    rating: { stars: 5 },
  },
  {
    agent: "support",
    says: ["My parcel NW-{order} has not arrived", "Problem solved"],
    rating: { stars: 4, text: "Quick and clear." },
  },
  {
    agent: "support",
    says: ["How do I return a jacket?", "Bye"],
    rating: { stars: 5 },
  },
  {
    agent: "support",
    says: ["My order has not arrived", "I ordered it ten days ago", "I have no order number", "This is useless"],
    thumb: { up: false, text: "It asked the same question three times." },
    rating: { stars: 1, text: "It kept asking for a number that I do not have." },
    leaves: true,
  },
  {
    agent: "support",
    says: ["The zip of my tent is broken", "I want to talk to a person"],
    human: {
      replies: [
        "Hello, this is Robin from the workshop. Could you send the tent in? The label is in your mailbox in a minute.",
        "We repair zips free of charge within two years, so there is nothing to pay.",
      ],
      summary: "Zip of the tent is repaired free of charge; the label was sent by mail.",
    },
    rating: { stars: 5, text: "Robin was great." },
  },
  {
    agent: "support",
    says: ["I was charged twice for NW-{order}", "Can I speak to an agent?"],
    human: {
      replies: [
        "Hi, Robin here. I can see both payments; the second one goes back today and is on your account in two days.",
      ],
      summary: "Second payment of the order is refunded.",
    },
    rating: { stars: 4 },
  },
  { agent: "support", says: ["Do you ship to Norway?"], leaves: true },
  {
    agent: "support",
    says: ["I forgot my password", "That's all, thanks"],
    thumb: { up: true },
  },
  {
    agent: "feedback",
    says: ["The visit was great, 5 stars", "Short waiting time, friendly staff", "no"],
    thumb: { up: true },
    rating: { stars: 5 },
  },
  { agent: "feedback", says: ["4", "The doctor took the time to explain everything", "yes"], rating: { stars: 4 } },
  {
    agent: "feedback",
    says: ["2 out of 5", "I waited for an hour although I had an appointment", "no"],
    rating: { stars: 3 },
  },
  { agent: "feedback", says: ["3"], leaves: true },
];

/** Waits for a person at this moment. */
export const WAITING: Visit = {
  agent: "support",
  says: ["My order NW-204815 came with two left boots", "I want to talk to a person, please"],
};

export const NAMES = [
  "Maria",
  "Jonas",
  "Aisha",
  "Tom",
  "Elif",
  "Sofia",
  "Noah",
  "Chloé",
  "Mateo",
  "Hanna",
  "Omar",
  "Julia",
  "Liam",
  "Zofia",
  "Ravi",
  "Emma",
] as const;

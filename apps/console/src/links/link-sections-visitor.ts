import type { LinkSection } from "./link-field.js";

/** Scheme (or https), host with at most one `*.` in front, port. Nothing else can ever match an origin. */
const SITE = /^(?:https?:\/\/)?(?:\*\.)?(?:localhost|\[[0-9a-f:]+\]|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?\/?$/i;
const DOMAIN = /^@?[^\s@/]+\.[^\s@/.]+$/;
/** Roughly an address or a network; the server checks exactly. */
const NETWORK = /^[0-9a-f.:]{2,45}(?:\/\d{1,3})?$/i;
const COUNTRY = { shape: /^[a-z]{2}$/i, words: "must be countries of two letters, such as DE" };

/** The questions for everybody; all others have defaults. */
export const BASICS: LinkSection = {
  id: "basics",
  title: "The link",
  open: true,
  fields: [
    {
      type: "text",
      name: "title",
      label: "Title",
      maxLength: 200,
      help: "Visitors see it above the conversation. Empty: the name of the agent.",
    },
    { type: "special", name: "audience", control: "audience", initial: "one" },
    {
      type: "number",
      name: "max_sessions",
      label: "Conversations",
      min: 1,
      max: 10_000,
      initial: 1,
      help: "Total number allowed. A conversation counts from its first message; opening the page does not count.",
    },
    { type: "special", name: "expiry", control: "expiry", initial: "" },
    {
      type: "check",
      name: "require_email",
      label: "Visitors confirm an e-mail address before they write",
      help: "They get a code of six digits by mail. One conversation per address.",
    },
    { type: "special", name: "pin", control: "pin" },
  ],
};

export const LOOK: LinkSection = {
  id: "look",
  title: "What visitors see",
  fields: [
    {
      type: "paragraph",
      name: "description",
      label: "Description",
      maxLength: 1_000,
      rows: 2,
      help: "One or two sentences under the title.",
    },
    {
      type: "paragraph",
      name: "welcome_message",
      label: "Welcome",
      maxLength: 2_000,
      rows: 3,
      help: "Shown on the page before anybody has said a word. {{recipient.name}} becomes the name of the person a link is for.",
    },
    {
      type: "text",
      name: "branding/name",
      label: "Name on the page",
      maxLength: 200,
      help: "In place of the agent’s name.",
    },
    { type: "special", name: "branding/accent", control: "colour" },
    { type: "special", name: "branding/logo", control: "logo" },
    {
      type: "list",
      name: "starters",
      label: "Suggested first messages",
      maxItems: 6,
      lines: true,
      item: { shape: /^.{1,120}$/, words: "must be at most 120 characters each" },
      help: "One per line, at most 6. A visitor sends one with a click.",
    },
    {
      type: "choice",
      name: "intro",
      label: "Introduction",
      help: "Whether the page also shows the description of the agent.",
      initial: "none",
      options: [
        { value: "none", label: "None" },
        { value: "agent", label: "Description of the agent" },
      ],
    },
    {
      type: "text",
      name: "branding/operator",
      label: "Who runs this chat",
      maxLength: 200,
      help: "Your company, as visitors know it. Shown under the welcome.",
    },
    {
      type: "text",
      name: "branding/privacy_url",
      label: "Privacy notice",
      maxLength: 2_000,
      help: "An https address; the page links to it.",
    },
    {
      type: "text",
      name: "branding/locale",
      label: "Language of the page",
      maxLength: 35,
      help: "Such as de or pt-BR. Empty: the language of the visitor’s browser.",
    },
  ],
};

export const ENTRY: LinkSection = {
  id: "entry",
  title: "More about access",
  lead: "Other requirements before visitors can write.",
  fields: [
    { type: "special", name: "access", control: "access" },
    {
      type: "list",
      name: "allowed_email_domains",
      label: "Only addresses of these domains",
      maxItems: 50,
      item: { shape: DOMAIN, words: "must be domains such as example.com" },
      help: "One per line, at most 50, for example example.com. Empty: any address.",
    },
    {
      type: "paragraph",
      name: "consent_text",
      label: "Text to agree to",
      maxLength: 4_000,
      rows: 3,
      help: "Visitors must accept it first; Parley records when, and which text.",
    },
    {
      type: "choice",
      name: "proof_of_work",
      label: "Proof against robots",
      help: "Their browser solves a small task; people do nothing.",
      initial: "adaptive",
      options: [
        { value: "adaptive", label: "When there are signs of abuse" },
        { value: "always", label: "Always" },
        { value: "off", label: "Never" },
      ],
    },
    {
      type: "text",
      name: "recipient/name",
      label: "For one person: their name",
      maxLength: 200,
      help: "The welcome may say it, and the agent knows it from the start.",
    },
    {
      type: "text",
      name: "recipient/email",
      label: "For one person: their address",
      maxLength: 254,
      input: "email",
      help: "A note for you; it counts only after its owner has confirmed it.",
    },
  ],
};

export const PLACES: LinkSection = {
  id: "places",
  title: "From where",
  lead: "Empty lists allow everywhere.",
  fields: [
    {
      type: "list",
      name: "allowed_domains",
      label: "Other sites that may use it",
      maxItems: 50,
      item: { shape: SITE, words: "must be sites such as https://example.com" },
      help: "One per line, at most 50, for example https://example.com or https://*.example.com. Parley’s own chat page always may.",
    },
    {
      type: "list",
      name: "allowed_ips",
      label: "Networks",
      maxItems: 200,
      item: { shape: NETWORK, words: "must be addresses or networks such as 203.0.113.0/24" },
      help: "One per line, at most 200: 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.",
    },
    {
      type: "list",
      name: "allowed_countries",
      label: "Only from these countries",
      maxItems: 250,
      item: COUNTRY,
      help: "Two letters each, such as DE AT CH.",
    },
    {
      type: "list",
      name: "blocked_countries",
      label: "Not from these countries",
      maxItems: 250,
      item: COUNTRY,
      help: "Two letters each.",
    },
  ],
};

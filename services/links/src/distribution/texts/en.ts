import type { SendTexts } from "../send-text.js";

export const en: SendTexts = {
  greeting: "Hello,",
  greetingByName: "Hello {name},",
  expiry: "The link works until {until}.",
  unsubscribe: "You do not want such messages any more? Unsubscribe with one click:",
  templates: {
    invitation: {
      subject: "{agent} invites you to a conversation",
      words: "{agent} would like to talk with you. Open your link to begin:",
    },
    reminder: {
      subject: "A reminder: {agent} is waiting for you",
      words: "Your conversation with {agent} is still open. Open your link to begin:",
    },
    daily_checkin: {
      subject: "Your check-in with {agent}",
      words: "Tell {agent} about your plans for today:",
    },
    customer_support: {
      subject: "{agent} helps you with your question",
      words: "{agent} is there for your question. Open your link to talk:",
    },
    anonymous_feedback: {
      subject: "{agent} asks for your opinion",
      words: "{agent} would like to know what you think. Nobody asks who you are:",
    },
    onboarding: {
      subject: "Welcome: first steps with {agent}",
      words: "Welcome! {agent} guides you through the first steps:",
    },
  },
};

import type { LinkTemplateFields } from "@parley/contracts";

const HOUR = 1;
const DAY = 24 * HOUR;

/** The built-in templates; nobody can change or delete them. */
export const BUILT_IN: Readonly<Record<string, LinkTemplateFields>> = {
  daily_checkin: {
    title: "Daily Check-in Chat",
    description: "Share your plans for today",
    welcome_message: "Hi! Tell me about your plans for today.",
    chat_intent: "A short daily check-in: hear the plans for today, encourage, and make one useful suggestion.",
    expires_in_hours: 4 * HOUR,
    max_sessions: 1,
    max_messages_per_session: 20,
    session_timeout_minutes: 30,
    rate_limit_per_minute: 5,
  },
  customer_support: {
    title: "Customer support",
    description: "Talk to us about your question",
    welcome_message: "Hello! How can we help you?",
    chat_intent: "Solve an urgent customer issue, or hand it over to a person.",
    expires_in_hours: 2 * HOUR,
    max_sessions: 100,
    max_concurrent_sessions: 5,
    max_messages_per_session: 50,
    session_timeout_minutes: 30,
    rate_limit_per_minute: 15,
  },
  anonymous_feedback: {
    title: "Anonymous feedback",
    description: "Tell us what you think; nobody asks who you are",
    welcome_message: "Thank you for taking the time. What would you like to tell us?",
    chat_intent: "Collect candid feedback. Ask short follow-up questions for clarity, never who the person is.",
    require_email: false,
    expires_in_hours: 7 * DAY,
    max_sessions: 100,
    max_messages_per_session: 25,
    session_timeout_minutes: 30,
    rate_limit_per_minute: 10,
  },
  onboarding: {
    title: "Onboarding",
    description: "Guided help for your first days",
    welcome_message: "Welcome! Ask me anything about getting started.",
    chat_intent: "Guide somebody new through the first steps, one at a time.",
    expires_in_hours: 14 * DAY,
    max_sessions: 10,
    max_messages_per_session: 100,
    session_timeout_minutes: 60,
    rate_limit_per_minute: 10,
  },
};

export const isBuiltIn = (name: string): boolean => Object.hasOwn(BUILT_IN, name);

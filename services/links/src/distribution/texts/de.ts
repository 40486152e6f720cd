import type { SendTexts } from "../send-text.js";

export const de: SendTexts = {
  greeting: "Guten Tag,",
  greetingByName: "Guten Tag {name},",
  expiry: "Der Link gilt bis {until}.",
  unsubscribe: "Sie möchten solche Nachrichten nicht mehr? Mit einem Klick abbestellen:",
  templates: {
    invitation: {
      subject: "{agent} lädt Sie zu einem Gespräch ein",
      words: "{agent} möchte mit Ihnen sprechen. Öffnen Sie Ihren Link, um zu beginnen:",
    },
    reminder: {
      subject: "Erinnerung: {agent} wartet auf Sie",
      words: "Ihr Gespräch mit {agent} ist noch offen. Öffnen Sie Ihren Link, um zu beginnen:",
    },
    daily_checkin: {
      subject: "Ihr Check-in mit {agent}",
      words: "Erzählen Sie {agent} von Ihren Plänen für heute:",
    },
    customer_support: {
      subject: "{agent} hilft Ihnen bei Ihrer Frage",
      words: "{agent} ist für Ihre Frage da. Öffnen Sie Ihren Link, um zu sprechen:",
    },
    anonymous_feedback: {
      subject: "{agent} bittet um Ihre Meinung",
      words: "{agent} möchte wissen, was Sie denken. Niemand fragt, wer Sie sind:",
    },
    onboarding: {
      subject: "Willkommen: erste Schritte mit {agent}",
      words: "Willkommen! {agent} führt Sie durch die ersten Schritte:",
    },
  },
};

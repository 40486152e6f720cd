import type { SendTexts } from "../send-text.js";

export const nl: SendTexts = {
  greeting: "Goedendag,",
  greetingByName: "Goedendag {name},",
  expiry: "De link werkt tot {until}.",
  unsubscribe: "Wilt u zulke berichten niet meer? Meld u met één klik af:",
  templates: {
    invitation: {
      subject: "{agent} nodigt u uit voor een gesprek",
      words: "{agent} wil graag met u praten. Open uw link om te beginnen:",
    },
    reminder: {
      subject: "Herinnering: {agent} wacht op u",
      words: "Uw gesprek met {agent} staat nog open. Open uw link om te beginnen:",
    },
    daily_checkin: {
      subject: "Uw check-in met {agent}",
      words: "Vertel {agent} over uw plannen voor vandaag:",
    },
    customer_support: {
      subject: "{agent} helpt u met uw vraag",
      words: "{agent} staat klaar voor uw vraag. Open uw link om te praten:",
    },
    anonymous_feedback: {
      subject: "{agent} vraagt uw mening",
      words: "{agent} wil graag weten wat u vindt. Niemand vraagt wie u bent:",
    },
    onboarding: {
      subject: "Welkom: eerste stappen met {agent}",
      words: "Welkom! {agent} begeleidt u bij de eerste stappen:",
    },
  },
};

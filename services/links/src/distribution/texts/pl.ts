import type { SendTexts } from "../send-text.js";

export const pl: SendTexts = {
  greeting: "Dzień dobry,",
  greetingByName: "Dzień dobry {name},",
  expiry: "Link działa do {until}.",
  unsubscribe: "Nie chcesz już takich wiadomości? Zrezygnuj jednym kliknięciem:",
  templates: {
    invitation: {
      subject: "{agent} zaprasza do rozmowy",
      words: "{agent} chce z Tobą porozmawiać. Otwórz swój link, aby zacząć:",
    },
    reminder: {
      subject: "Przypomnienie: {agent} czeka",
      words: "Rozmowa z {agent} jest nadal otwarta. Otwórz swój link, aby zacząć:",
    },
    daily_checkin: {
      subject: "Codzienna rozmowa z {agent}",
      words: "Opowiedz {agent} o planach na dziś:",
    },
    customer_support: {
      subject: "{agent} pomoże w Twojej sprawie",
      words: "{agent} czeka na Twoje pytanie. Otwórz swój link, aby porozmawiać:",
    },
    anonymous_feedback: {
      subject: "{agent} prosi o opinię",
      words: "{agent} chce poznać Twoje zdanie. Nikt nie pyta, kim jesteś:",
    },
    onboarding: {
      subject: "Witamy: pierwsze kroki z {agent}",
      words: "Witamy! {agent} przeprowadzi Cię przez pierwsze kroki:",
    },
  },
};

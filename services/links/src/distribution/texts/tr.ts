import type { SendTexts } from "../send-text.js";

export const tr: SendTexts = {
  greeting: "Merhaba,",
  greetingByName: "Merhaba {name},",
  expiry: "Bağlantı {until} tarihine kadar geçerlidir.",
  unsubscribe: "Bu tür mesajları artık istemiyor musunuz? Tek tıkla abonelikten çıkın:",
  templates: {
    invitation: {
      subject: "{agent} sizi bir görüşmeye davet ediyor",
      words: "{agent} sizinle konuşmak istiyor. Başlamak için bağlantınızı açın:",
    },
    reminder: {
      subject: "Hatırlatma: {agent} sizi bekliyor",
      words: "{agent} ile görüşmeniz hâlâ açık. Başlamak için bağlantınızı açın:",
    },
    daily_checkin: {
      subject: "{agent} ile günlük görüşmeniz",
      words: "Bugünkü planlarınızı {agent} ile paylaşın:",
    },
    customer_support: {
      subject: "{agent} sorunuzda size yardımcı oluyor",
      words: "{agent} sorunuz için burada. Konuşmak için bağlantınızı açın:",
    },
    anonymous_feedback: {
      subject: "{agent} görüşünüzü soruyor",
      words: "{agent} ne düşündüğünüzü bilmek istiyor. Kimse kim olduğunuzu sormaz:",
    },
    onboarding: {
      subject: "Hoş geldiniz: {agent} ile ilk adımlar",
      words: "Hoş geldiniz! {agent} ilk adımlarda size yol gösterir:",
    },
  },
};

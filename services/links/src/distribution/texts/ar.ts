import type { SendTexts } from "../send-text.js";

export const ar: SendTexts = {
  greeting: "مرحبًا،",
  greetingByName: "مرحبًا {name}،",
  expiry: "الرابط صالح حتى {until}.",
  unsubscribe: "لا تريد تلقي مثل هذه الرسائل؟ ألغِ الاشتراك بنقرة واحدة:",
  templates: {
    invitation: {
      subject: "يدعوك {agent} إلى محادثة",
      words: "يود {agent} التحدث معك. افتح رابطك للبدء:",
    },
    reminder: {
      subject: "تذكير: {agent} في انتظارك",
      words: "محادثتك مع {agent} لا تزال مفتوحة. افتح رابطك للبدء:",
    },
    daily_checkin: {
      subject: "متابعتك اليومية مع {agent}",
      words: "أخبر {agent} عن خططك لهذا اليوم:",
    },
    customer_support: {
      subject: "يساعدك {agent} في سؤالك",
      words: "{agent} حاضر للإجابة عن سؤالك. افتح رابطك للتحدث:",
    },
    anonymous_feedback: {
      subject: "يسأل {agent} عن رأيك",
      words: "يود {agent} معرفة رأيك. لن يسأل أحد عن هويتك:",
    },
    onboarding: {
      subject: "أهلًا بك: الخطوات الأولى مع {agent}",
      words: "أهلًا بك! يرشدك {agent} خلال الخطوات الأولى:",
    },
  },
};

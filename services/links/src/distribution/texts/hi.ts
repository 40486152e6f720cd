import type { SendTexts } from "../send-text.js";

export const hi: SendTexts = {
  greeting: "नमस्ते,",
  greetingByName: "नमस्ते {name},",
  expiry: "लिंक {until} तक मान्य है।",
  unsubscribe: "ऐसे संदेश अब नहीं चाहिए? एक क्लिक में सदस्यता समाप्त करें:",
  templates: {
    invitation: {
      subject: "{agent} आपको बातचीत के लिए आमंत्रित करता है",
      words: "{agent} आपसे बात करना चाहता है। शुरू करने के लिए अपना लिंक खोलें:",
    },
    reminder: {
      subject: "अनुस्मारक: {agent} आपकी प्रतीक्षा कर रहा है",
      words: "{agent} के साथ आपकी बातचीत अब भी खुली है। शुरू करने के लिए अपना लिंक खोलें:",
    },
    daily_checkin: {
      subject: "{agent} के साथ आपकी दैनिक बातचीत",
      words: "{agent} को आज की अपनी योजनाएँ बताएँ:",
    },
    customer_support: {
      subject: "{agent} आपके प्रश्न में सहायता करता है",
      words: "{agent} आपके प्रश्न के लिए उपलब्ध है। बात करने के लिए अपना लिंक खोलें:",
    },
    anonymous_feedback: {
      subject: "{agent} आपकी राय जानना चाहता है",
      words: "{agent} जानना चाहता है कि आप क्या सोचते हैं। कोई नहीं पूछता कि आप कौन हैं:",
    },
    onboarding: {
      subject: "स्वागत है: {agent} के साथ पहले कदम",
      words: "स्वागत है! {agent} पहले कदमों में आपका मार्गदर्शन करता है:",
    },
  },
};

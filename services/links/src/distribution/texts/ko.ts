import type { SendTexts } from "../send-text.js";

export const ko: SendTexts = {
  greeting: "안녕하세요.",
  greetingByName: "안녕하세요, {name} 님.",
  expiry: "링크는 {until}까지 유효합니다.",
  unsubscribe: "이런 메시지를 더 이상 원하지 않으시면 한 번의 클릭으로 수신을 거부하세요:",
  templates: {
    invitation: {
      subject: "{agent}에서 대화에 초대합니다",
      words: "{agent}에서 이야기를 나누고 싶어 합니다. 링크를 열어 시작하세요:",
    },
    reminder: {
      subject: "알림: {agent}에서 기다리고 있습니다",
      words: "{agent}와의 대화가 아직 열려 있습니다. 링크를 열어 시작하세요:",
    },
    daily_checkin: {
      subject: "{agent}와의 오늘의 체크인",
      words: "오늘의 계획을 {agent}에 알려 주세요:",
    },
    customer_support: {
      subject: "{agent}에서 질문을 도와드립니다",
      words: "{agent}에서 질문을 기다리고 있습니다. 링크를 열어 이야기하세요:",
    },
    anonymous_feedback: {
      subject: "{agent}에서 의견을 구합니다",
      words: "{agent}에서 여러분의 생각을 알고 싶어 합니다. 누구인지 묻지 않습니다:",
    },
    onboarding: {
      subject: "환영합니다: {agent}와 함께하는 첫걸음",
      words: "환영합니다! {agent}에서 첫 단계를 안내합니다:",
    },
  },
};

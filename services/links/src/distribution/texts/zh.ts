import type { SendTexts } from "../send-text.js";

export const zh: SendTexts = {
  greeting: "您好：",
  greetingByName: "{name}，您好：",
  expiry: "链接有效期至 {until}。",
  unsubscribe: "不想再收到此类消息？一键退订：",
  templates: {
    invitation: {
      subject: "{agent} 邀请您进行对话",
      words: "{agent} 想与您交谈。请打开您的链接开始：",
    },
    reminder: {
      subject: "提醒：{agent} 正在等您",
      words: "您与 {agent} 的对话仍未结束。请打开您的链接开始：",
    },
    daily_checkin: {
      subject: "您与 {agent} 的每日签到",
      words: "请告诉 {agent} 您今天的计划：",
    },
    customer_support: {
      subject: "{agent} 为您解答问题",
      words: "{agent} 随时为您解答问题。请打开您的链接交谈：",
    },
    anonymous_feedback: {
      subject: "{agent} 想听听您的意见",
      words: "{agent} 想了解您的想法。没有人会问您是谁：",
    },
    onboarding: {
      subject: "欢迎：与 {agent} 一起迈出第一步",
      words: "欢迎！{agent} 将引导您完成最初的步骤：",
    },
  },
};

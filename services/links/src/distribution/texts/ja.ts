import type { SendTexts } from "../send-text.js";

export const ja: SendTexts = {
  greeting: "こんにちは。",
  greetingByName: "{name} 様",
  expiry: "リンクは {until} まで有効です。",
  unsubscribe: "このようなメッセージが不要な場合は、ワンクリックで配信を停止できます：",
  templates: {
    invitation: {
      subject: "{agent} からの会話へのご招待",
      words: "{agent} がお話ししたいことがあります。リンクを開いて開始してください：",
    },
    reminder: {
      subject: "リマインダー：{agent} がお待ちしています",
      words: "{agent} との会話はまだ開いています。リンクを開いて開始してください：",
    },
    daily_checkin: {
      subject: "{agent} との本日のチェックイン",
      words: "本日の予定を {agent} にお聞かせください：",
    },
    customer_support: {
      subject: "{agent} がご質問をお手伝いします",
      words: "{agent} がご質問に対応します。リンクを開いてお話しください：",
    },
    anonymous_feedback: {
      subject: "{agent} がご意見をお待ちしています",
      words: "{agent} にお考えをお聞かせください。お名前をお尋ねすることはありません：",
    },
    onboarding: {
      subject: "ようこそ：{agent} と始める最初のステップ",
      words: "ようこそ。{agent} が最初のステップをご案内します：",
    },
  },
};

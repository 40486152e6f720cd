import type { MailTexts } from "../mail-texts.js";

export const ja: MailTexts = {
  code: {
    subject: "{agent} のコード",
    text: `{agent} と会話するためのコードは次のとおりです。

    {code}

有効期限は {minutes} 分で、1 回だけ使えます。新しいコードが発行されると、このコードは無効になります。
お心当たりがない場合は、このメールを無視してください。コードがなければ、誰もあなたのアドレスを使えません。
`,
  },
  approved: {
    subject: "{agent} と会話できるようになりました",
    text: `リクエストが承認されました。{agent} と会話できます。

リンクをもう一度開き、新しいコードでこのアドレスを確認してください。
`,
  },
  requested: {
    subject: "{agent} との会話のリクエストがあります",
    text: `アドレスを確認した方から、{agent} との会話のリクエストがありました。

どなたからのものかはアクセス リクエストの一覧で確認できます。承認または拒否もそちらで行えます。
`,
  },
};

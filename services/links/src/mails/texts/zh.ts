import type { MailTexts } from "../mail-texts.js";

export const zh: MailTexts = {
  code: {
    subject: "您与 {agent} 对话的验证码",
    text: `您与 {agent} 对话的验证码是

    {code}

验证码 {minutes} 分钟内有效，只能使用一次。新的验证码会取代它。
如果不是您本人索取，请忽略此邮件：没有验证码，任何人都无法使用您的邮箱地址。
`,
  },
  approved: {
    subject: "您现在可以与 {agent} 对话了",
    text: `您的申请已获批准：您现在可以与 {agent} 对话了。

请重新打开您的链接，并用新的验证码确认此邮箱地址。
`,
  },
  requested: {
    subject: "有人申请与 {agent} 对话",
    text: `有人确认了邮箱地址，并申请与 {agent} 对话。

访问申请列表会显示申请人是谁；请在那里批准或拒绝申请。
`,
  },
  invited: {
    subject: "邀请您加入 {tenant}",
    text: `您受邀管理 {tenant} 的智能体。

请打开以下页面，并使用接收此邮件的地址登录：

{address}
`,
  },
  signIn: {
    subject: "登录 {tenant}",
    text: `如需登录 {tenant}，请在提出请求的浏览器中打开以下链接：

{address}

该链接在 {minutes} 分钟内有效，且只能使用一次。
如果您没有提出请求，请忽略此邮件： 该链接在其他浏览器中无效。
`,
  },
};

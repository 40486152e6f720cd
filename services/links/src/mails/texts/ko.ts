import type { MailTexts } from "../mail-texts.js";

export const ko: MailTexts = {
  code: {
    subject: "{agent} 대화 코드",
    text: `{agent} 대화에 사용할 코드는 다음과 같습니다.

    {code}

코드는 {minutes}분 동안 유효하며 한 번만 사용할 수 있습니다. 새 코드를 받으면 이 코드는 무효가 됩니다.
직접 요청하지 않으셨다면 이 메일을 무시하세요. 코드가 없으면 아무도 이 주소를 사용할 수 없습니다.
`,
  },
  approved: {
    subject: "이제 {agent} 대화에 참여할 수 있습니다",
    text: `요청이 승인되었습니다. 이제 {agent} 대화에 참여할 수 있습니다.

링크를 다시 열고 새 코드로 이 주소를 확인해 주세요.
`,
  },
  requested: {
    subject: "{agent} 대화 요청이 있습니다",
    text: `주소를 확인한 방문자가 {agent} 대화를 요청했습니다.

누구인지는 접근 요청 목록에서 확인할 수 있으며, 그곳에서 요청을 승인하거나 거절해 주세요.
`,
  },
  invited: {
    subject: "{tenant} 초대",
    text: `{tenant} 에이전트 관리에 초대되었습니다.

이 페이지를 열고 이 메일을 받은 주소로 로그인하세요:

{address}
`,
  },
  signIn: {
    subject: "{tenant} 로그인",
    text: `{tenant}에 로그인하려면 링크를 요청한 브라우저에서 다음 링크를 여세요:

{address}

이 링크는 {minutes}분 동안 유효하며 한 번만 사용할 수 있습니다.
요청하지 않았다면 이 메일을 무시하세요. 다른 브라우저에서는 이 링크가 작동하지 않습니다.
`,
  },
};

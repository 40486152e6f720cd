import type { MailTexts } from "../mail-texts.js";

export const tr: MailTexts = {
  code: {
    subject: "{agent} için kodunuz",
    text: `{agent} ile görüşmek için kodunuz

    {code}

Kod {minutes} dakika geçerlidir ve bir kez kullanılabilir. Daha yeni bir kod bunun yerini alır.
Bu kodu siz istemediyseniz bu e-postayı dikkate almayın: Kod olmadan kimse adresinizi kullanamaz.
`,
  },
  approved: {
    subject: "Artık {agent} ile görüşebilirsiniz",
    text: `İsteğiniz onaylandı: Artık {agent} ile görüşebilirsiniz.

Bağlantınızı yeniden açın ve bu adresi yeni bir kodla doğrulayın.
`,
  },
  requested: {
    subject: "Biri {agent} ile görüşmek istiyor",
    text: `Biri bir adresi doğruladı ve {agent} ile görüşmek istiyor.

Kim olduğunu erişim istekleri listesinde görebilir, isteği orada onaylayabilir veya reddedebilirsiniz.
`,
  },
  invited: {
    subject: "{tenant} için davet edildiniz",
    text: `{tenant} temsilcilerini yönetmeye davet edildiniz.

Bu sayfayı açın ve bu postanın gönderildiği adresle oturum açın:

{address}
`,
  },
  signIn: {
    subject: "{tenant} oturumu açma",
    text: `{tenant} oturumu açmak için bu bağlantıyı istediğiniz tarayıcıda açın:

{address}

Bağlantı {minutes} dakika geçerlidir ve yalnızca bir kez çalışır.
Bunu siz istemediyseniz bu postayı dikkate almayın: bağlantı başka bir tarayıcıda çalışmaz.
`,
  },
};

import type { Mail } from "@parley/mail";

interface AnswerTexts {
  /** `{agent}` is the name of the agent. */
  subject: string;
  intro: string;
  end: string;
}

/** The mail with an operator's answer to a visitor who has left, in the languages of the chat page. */
const TEXTS = {
  ar: {
    subject: "إجابة من {agent}",
    intro: "تركت عنوانك بينما كنت تنتظر شخصًا. إليك الإجابة:",
    end: "إذا كانت محادثتك لا تزال مفتوحة، فيمكنك المتابعة هناك.",
  },
  de: {
    subject: "Eine Antwort von {agent}",
    intro: "Sie haben Ihre Adresse hinterlassen, während Sie auf einen Menschen gewartet haben. Hier ist die Antwort:",
    end: "Wenn Ihr Gespräch noch offen ist, können Sie dort weiterschreiben.",
  },
  en: {
    subject: "An answer from {agent}",
    intro: "You left your address while you were waiting for a person. Here is the answer:",
    end: "If your conversation is still open, you can go on there.",
  },
  es: {
    subject: "Una respuesta de {agent}",
    intro: "Dejó su dirección mientras esperaba a una persona. Esta es la respuesta:",
    end: "Si su conversación sigue abierta, puede continuar allí.",
  },
  fr: {
    subject: "Une réponse de {agent}",
    intro: "Vous avez laissé votre adresse en attendant une personne. Voici la réponse :",
    end: "Si votre conversation est encore ouverte, vous pouvez la poursuivre.",
  },
  he: {
    subject: "תשובה מ־{agent}",
    intro: "השארת את הכתובת שלך בזמן ההמתנה לאדם. הנה התשובה:",
    end: "אם השיחה שלך עדיין פתוחה, אפשר להמשיך שם.",
  },
  hi: {
    subject: "{agent} की ओर से उत्तर",
    intro: "किसी व्यक्ति की प्रतीक्षा करते समय आपने अपना पता छोड़ा था। यह रहा उत्तर:",
    end: "यदि आपकी बातचीत अब भी खुली है, तो आप वहीं आगे बढ़ सकते हैं।",
  },
  it: {
    subject: "Una risposta da {agent}",
    intro: "Ha lasciato il suo indirizzo mentre aspettava una persona. Ecco la risposta:",
    end: "Se la conversazione è ancora aperta, può continuare lì.",
  },
  ja: {
    subject: "{agent} からの回答",
    intro: "担当者をお待ちの間にアドレスをお知らせいただきました。回答は次のとおりです：",
    end: "会話がまだ開いている場合は、そこで続けることができます。",
  },
  ko: {
    subject: "{agent}의 답변",
    intro: "상담원을 기다리시는 동안 주소를 남기셨습니다. 답변은 다음과 같습니다:",
    end: "대화가 아직 열려 있다면 그곳에서 계속할 수 있습니다.",
  },
  nl: {
    subject: "Een antwoord van {agent}",
    intro: "U heeft uw adres achtergelaten terwijl u op een medewerker wachtte. Dit is het antwoord:",
    end: "Als uw gesprek nog open is, kunt u daar verdergaan.",
  },
  pl: {
    subject: "Odpowiedź od {agent}",
    intro: "Czekając na osobę, podano ten adres. Oto odpowiedź:",
    end: "Jeśli rozmowa jest nadal otwarta, można ją tam kontynuować.",
  },
  pt: {
    subject: "Uma resposta de {agent}",
    intro: "Deixou o seu endereço enquanto esperava por uma pessoa. Eis a resposta:",
    end: "Se a sua conversa ainda estiver aberta, pode continuar lá.",
  },
  tr: {
    subject: "{agent} tarafından bir yanıt",
    intro: "Bir kişiyi beklerken adresinizi bıraktınız. Yanıt şöyle:",
    end: "Görüşmeniz hâlâ açıksa orada devam edebilirsiniz.",
  },
  zh: {
    subject: "{agent} 的回复",
    intro: "您在等待人工服务时留下了地址。回复如下：",
    end: "如果您的对话仍未结束，可以在那里继续。",
  },
} as const satisfies Record<string, AnswerTexts>;
type AnswerLanguage = keyof typeof TEXTS;

const isKnown = (name: string): name is AnswerLanguage => Object.hasOwn(TEXTS, name);

/** The first preferred language (BCP 47 tags) with texts; English when there is none. */
export function answerLanguage(wishes: readonly string[]): string {
  for (const wish of wishes) {
    const code = wish.toLowerCase().split(/[-_]/)[0] ?? "";
    const name = code === "iw" ? "he" : code;
    if (isKnown(name)) return name;
  }
  return "en";
}

/** User-written text is never interpreted as a placeholder. */
export function answerMail(
  language: string | null,
  { agent, words }: { agent: string; words: string },
): Pick<Mail, "subject" | "text" | "language"> {
  const known = language !== null && isKnown(language) ? language : "en";
  const { subject, intro, end } = TEXTS[known];
  return {
    language: known,
    subject: subject.replace("{agent}", () => agent),
    text: `${intro}\n\n${words}\n\n${end}\n`,
  };
}

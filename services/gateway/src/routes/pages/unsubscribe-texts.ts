interface UnsubscribeTexts {
  title: string;
  question: string;
  button: string;
  done: string;
  unknown: string;
}

const ENGLISH: UnsubscribeTexts = {
  title: "Unsubscribe",
  question: "You get no more messages with links from us. Do you want that?",
  button: "Unsubscribe",
  done: "Done: you get no more such messages.",
  unknown: "This address is not valid.",
};

/** Texts of the unsubscribe page, in the languages of the mails. */
const TEXTS: Readonly<Record<string, UnsubscribeTexts>> = {
  en: ENGLISH,
  ar: {
    title: "إلغاء الاشتراك",
    question: "لن تصلك منا رسائل تحتوي على روابط بعد الآن. هل تريد ذلك؟",
    button: "إلغاء الاشتراك",
    done: "تم: لن تصلك مثل هذه الرسائل بعد الآن.",
    unknown: "هذا العنوان غير صالح.",
  },
  de: {
    title: "Abbestellen",
    question: "Sie erhalten von uns keine Nachrichten mit Links mehr. Möchten Sie das?",
    button: "Abbestellen",
    done: "Erledigt: Sie erhalten keine solchen Nachrichten mehr.",
    unknown: "Diese Adresse ist ungültig.",
  },
  es: {
    title: "Darse de baja",
    question: "No recibirá más mensajes con enlaces nuestros. ¿Lo desea?",
    button: "Darse de baja",
    done: "Hecho: no recibirá más mensajes de este tipo.",
    unknown: "Esta dirección no es válida.",
  },
  fr: {
    title: "Désabonnement",
    question: "Vous ne recevrez plus de messages avec des liens de notre part. Le voulez-vous ?",
    button: "Se désabonner",
    done: "C’est fait : vous ne recevrez plus de tels messages.",
    unknown: "Cette adresse n’est pas valable.",
  },
  he: {
    title: "הסרה מהרשימה",
    question: "לא יישלחו אליך עוד הודעות עם קישורים מאיתנו. להמשיך?",
    button: "הסרה",
    done: "בוצע: לא יישלחו אליך עוד הודעות כאלה.",
    unknown: "הכתובת אינה תקפה.",
  },
  hi: {
    title: "सदस्यता समाप्त करें",
    question: "हमारी ओर से लिंक वाले संदेश अब नहीं आएँगे। क्या आप यही चाहते हैं?",
    button: "सदस्यता समाप्त करें",
    done: "हो गया: ऐसे संदेश अब नहीं आएँगे।",
    unknown: "यह पता मान्य नहीं है।",
  },
  it: {
    title: "Annulla l’iscrizione",
    question: "Non riceverà più da noi messaggi con link. Lo desidera?",
    button: "Annulla l’iscrizione",
    done: "Fatto: non riceverà più messaggi di questo tipo.",
    unknown: "Questo indirizzo non è valido.",
  },
  ja: {
    title: "配信停止",
    question: "今後、当方からのリンク付きメッセージは届かなくなります。よろしいですか？",
    button: "配信を停止する",
    done: "完了しました。今後このようなメッセージは届きません。",
    unknown: "このアドレスは無効です。",
  },
  ko: {
    title: "수신 거부",
    question: "앞으로 링크가 포함된 메시지를 보내지 않습니다. 계속할까요?",
    button: "수신 거부",
    done: "완료되었습니다. 더 이상 이런 메시지를 받지 않습니다.",
    unknown: "유효하지 않은 주소입니다.",
  },
  nl: {
    title: "Afmelden",
    question: "U krijgt van ons geen berichten met links meer. Wilt u dat?",
    button: "Afmelden",
    done: "Klaar: u krijgt zulke berichten niet meer.",
    unknown: "Dit adres is niet geldig.",
  },
  pl: {
    title: "Rezygnacja",
    question: "Nie będziemy już wysyłać wiadomości z linkami. Czy tego chcesz?",
    button: "Zrezygnuj",
    done: "Gotowe: takie wiadomości nie będą już przychodzić.",
    unknown: "Ten adres jest nieprawidłowy.",
  },
  pt: {
    title: "Cancelar a subscrição",
    question: "Deixará de receber mensagens nossas com links. É o que pretende?",
    button: "Cancelar a subscrição",
    done: "Feito: não receberá mais mensagens destas.",
    unknown: "Este endereço não é válido.",
  },
  tr: {
    title: "Abonelikten çık",
    question: "Bizden artık bağlantı içeren mesaj almayacaksınız. Bunu istiyor musunuz?",
    button: "Abonelikten çık",
    done: "Tamam: artık böyle mesajlar almayacaksınız.",
    unknown: "Bu adres geçerli değil.",
  },
  zh: {
    title: "退订",
    question: "您将不再收到我们发送的带链接的消息。是否确认？",
    button: "退订",
    done: "已完成：您将不再收到此类消息。",
    unknown: "此地址无效。",
  },
};

/** The texts for the first preferred language (BCP 47 tags) that is available, else English. */
export function unsubscribeTexts(wishes: readonly string[]): { language: string; texts: UnsubscribeTexts } {
  for (const wish of wishes) {
    const language = wish.toLowerCase().split("-")[0] ?? "";
    const texts = Object.hasOwn(TEXTS, language) ? TEXTS[language] : undefined;
    if (texts !== undefined) return { language, texts };
  }
  return { language: "en", texts: ENGLISH };
}

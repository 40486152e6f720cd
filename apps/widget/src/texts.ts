/** Texts of the widget itself; all others are in the chat page in the panel. */
export interface Texts {
  /** Name of the panel. */
  chat: string;
  /** Label of the launcher, and of the retry button. */
  open: string;
  close: string;
  /** Followed by a colon and a number, which needs no plural. */
  unread: string;
  /** In place of a panel that cannot be shown. */
  unavailable: string;
}

/** Per language the members of Texts in their order: loaded with every host page, so as short as possible. */
const LINES: Readonly<Record<string, string>> = {
  en: "Chat|Open chat|Close chat|Unread|The chat is not available here.",
  de: "Chat|Chat öffnen|Chat schließen|Ungelesen|Der Chat ist hier nicht verfügbar.",
  fr: "Discussion|Ouvrir la discussion|Fermer la discussion|Non lus|La discussion n’est pas disponible ici.",
  es: "Chat|Abrir el chat|Cerrar el chat|Sin leer|El chat no está disponible aquí.",
  pt: "Chat|Abrir o chat|Fechar o chat|Não lidas|O chat não está disponível aqui.",
  it: "Chat|Apri la chat|Chiudi la chat|Non letti|La chat non è disponibile qui.",
  nl: "Chat|Chat openen|Chat sluiten|Ongelezen|De chat is hier niet beschikbaar.",
  pl: "Czat|Otwórz czat|Zamknij czat|Nieprzeczytane|Czat nie jest tu dostępny.",
  tr: "Sohbet|Sohbeti aç|Sohbeti kapat|Okunmamış|Sohbet burada kullanılamıyor.",
  ar: "الدردشة|فتح الدردشة|إغلاق الدردشة|غير مقروءة|الدردشة غير متاحة هنا.",
  he: "צ׳אט|פתיחת הצ׳אט|סגירת הצ׳אט|לא נקראו|הצ׳אט אינו זמין כאן.",
  zh: "聊天|打开聊天|关闭聊天|未读|聊天在此不可用。",
  ja: "チャット|チャットを開く|チャットを閉じる|未読|ここではチャットを利用できません。",
  ko: "채팅|채팅 열기|채팅 닫기|읽지 않음|여기에서는 채팅을 사용할 수 없습니다.",
  hi: "चैट|चैट खोलें|चैट बंद करें|अपठित|चैट यहाँ उपलब्ध नहीं है।",
};

/** The first of these language tags that the widget supports, as its two letters; undefined = none. */
export function spoken(tags: readonly (string | undefined)[]): string | undefined {
  // `iw` is the code of Hebrew before 1989; some systems still send it.
  const codes = tags.map((tag = "") => tag.slice(0, 2).toLowerCase().replace("iw", "he"));
  return codes.find((code) => code in LINES);
}

export function textsOf(language: string): Texts {
  const [chat = "", open = "", close = "", unread = "", unavailable = ""] = LINES[language]?.split("|") ?? [];
  return { chat, open, close, unread, unavailable };
}

export const isRightToLeft = (language: string): boolean => language === "ar" || language === "he";

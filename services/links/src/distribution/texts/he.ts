import type { SendTexts } from "../send-text.js";

export const he: SendTexts = {
  greeting: "שלום,",
  greetingByName: "שלום {name},",
  expiry: "הקישור תקף עד {until}.",
  unsubscribe: "לא רוצים לקבל עוד הודעות כאלה? אפשר להסיר את הרישום בלחיצה אחת:",
  templates: {
    invitation: {
      subject: "הזמנה לשיחה עם {agent}",
      words: "הוזמנת לשיחה עם {agent}. כדי להתחיל יש לפתוח את הקישור:",
    },
    reminder: {
      subject: "תזכורת: השיחה עם {agent} ממתינה",
      words: "השיחה שלך עם {agent} עדיין פתוחה. כדי להתחיל יש לפתוח את הקישור:",
    },
    daily_checkin: {
      subject: "השיחה היומית שלך עם {agent}",
      words: "אפשר לספר ל־{agent} על התוכניות להיום:",
    },
    customer_support: {
      subject: "עזרה בשאלה שלך מ־{agent}",
      words: "{agent} כאן לשאלה שלך. כדי לדבר יש לפתוח את הקישור:",
    },
    anonymous_feedback: {
      subject: "מה דעתך? שאלה מ־{agent}",
      words: "נשמח לשמוע מה דעתך בשיחה עם {agent}. אף אחד לא שואל מי אתם:",
    },
    onboarding: {
      subject: "ברוכים הבאים: צעדים ראשונים עם {agent}",
      words: "ברוכים הבאים! {agent} ילווה אתכם בצעדים הראשונים:",
    },
  },
};

/** What visitor, agent and link say in the pictures of the states. */
export interface Said {
  link: Record<string, unknown>;
  greeting: string;
  question: string;
  answer: string;
  /** A word of the answer that stands nowhere else. */
  mark: string;
  next: string;
  partial: string;
  starters: string[];
  consent: string;
  introduction: string;
  recipient: string;
}

export const english: Said = {
  link: {},
  greeting: "Good morning! I’m Ivy from the clinic desk. What can I do for you today?",
  question: "When can I come by, and what should I bring? It’s about a vaccination for my daughter.",
  answer: `You can come **without an appointment** on weekday mornings:

1. Take a number at the door.
2. Wait for your name – about *twenty minutes*.
3. Bring your \`insurance card\`.

| Day | Opens | Closes |
|---|---|---|
| Monday to Thursday | 8:00 | 18:00 |
| Friday | 8:00 | 13:00 |

More on [our page](https://clinic.example/visit) or by [mail](mailto:desk@clinic.example).

> Emergencies: please call 112.`,
  mark: "Emergencies",
  next: "Thank you! Is Friday busy?",
  partial: "Fridays are **calm** after ten, most people come ",
  starters: ["Book an appointment", "Opening hours", "A question about my bill"],
  consent: `We keep this conversation for **30 days** so that the practice can follow up on it.

- Nobody outside the practice reads it.
- You can ask for it to be deleted at any time.

The whole text is on [our page](https://clinic.example/privacy).`,
  introduction: "I answer questions about the practice and book appointments. I don’t give *medical* advice.",
  recipient: "Ann Example",
};

export const arabic: Said = {
  link: {
    title: "مكتب العيادة",
    description: "المواعيد وساعات العمل والفواتير.",
    agent_name: "ليلى",
    welcome_message: "مرحبًا! اسألني عن أي شيء يخص العيادة.",
  },
  greeting: "صباح الخير! أنا ليلى من مكتب العيادة. كيف يمكنني مساعدتك اليوم؟",
  question: "متى يمكنني الحضور، وماذا أحضر معي؟ الأمر يتعلق بتطعيم ابنتي.",
  answer: `يمكنك الحضور **دون موعد** في صباح أيام الأسبوع:

1. خذ رقمًا عند الباب.
2. انتظر اسمك، نحو *عشرين دقيقة*.
3. أحضر \`بطاقة التأمين\`.

| اليوم | من | إلى |
|---|---|---|
| من الإثنين إلى الخميس | 8:00 | 18:00 |
| الجمعة | 8:00 | 13:00 |

المزيد على [صفحتنا](https://clinic.example/visit) أو عبر [البريد](mailto:desk@clinic.example).

This sentence is in English, and starts on its own side.

> الطوارئ: يُرجى الاتصال بالرقم 112.`,
  mark: "الطوارئ",
  next: "شكرًا! هل يكون يوم الجمعة مزدحمًا؟",
  partial: "أيام الجمعة **هادئة** بعد العاشرة، ومعظم الناس يأتون ",
  starters: ["حجز موعد", "ساعات العمل", "Opening hours in English"],
  consent: `نحتفظ بهذه المحادثة **ثلاثين يومًا** كي تتمكن العيادة من متابعتها.

- لا يقرؤها أحد خارج العيادة.
- يمكنك طلب حذفها في أي وقت.

النص الكامل على [صفحتنا](https://clinic.example/privacy).`,
  introduction: "أجيب عن الأسئلة المتعلقة بالعيادة وأحجز المواعيد. لا أقدّم نصائح *طبية*.",
  recipient: "سارة أحمد",
};

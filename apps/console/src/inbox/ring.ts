/** Two short notes; a browser that requires a click on the page first stays silent. */
export function chime(): void {
  const context = new AudioContext();
  for (const [index, frequency] of [660, 880].entries()) {
    const note = context.createOscillator();
    const volume = context.createGain();
    const from = context.currentTime + index * 0.16;
    note.frequency.value = frequency;
    volume.gain.setValueAtTime(0.12, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.15);
    note.connect(volume).connect(context.destination);
    note.start(from);
    note.stop(from + 0.16);
    if (index === 1) note.onended = () => void context.close();
  }
}

interface Ringing {
  sound: boolean;
  desktop: boolean;
  /** Opens the inbox. */
  open(): void;
}

/** Announces that somebody waits; never who, or what they wrote: others may see the screen. */
export function ring(waiting: number, { sound, desktop, open }: Ringing): void {
  if (sound) chime();
  if (!desktop || typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const title = waiting === 1 ? "A visitor is waiting for a person" : `${waiting} people wait for a person`;
  const shown = new Notification(title, { tag: "parley-inbox", body: "Open the inbox to answer." });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}

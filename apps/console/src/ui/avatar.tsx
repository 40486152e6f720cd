import styles from "./avatar.module.css";

const HUES = [170, 30, 250, 205, 340, 90];

/** Initials on a colour derived from the name. Decorative: the name is beside it. */
export function Avatar({ name, size = 24 }: { name: string; size?: number }) {
  const hue = HUES[[...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES.length];
  return (
    <span className={styles.avatar} style={{ "--hue": hue, "--size": `${size / 16}rem` }} aria-hidden>
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s@._-]+/)
    .filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toLocaleUpperCase() || "?";
}

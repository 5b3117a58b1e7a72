/** Texts people type: each is unique in its run, so that it can be told whose edit a value is. */
const WORDS = ["parser", "invoice", "login", "deadline", "queue", "import", "colour", "printer"];

export function nameText(edit: number, choice: number): string {
  const word = WORDS[choice % WORDS.length] ?? "thing";
  return choice % 5 === 0 ? `  ${word}   n${edit} ` : `${word} n${edit}`;
}

export function descriptionText(edit: number, choice: number): string {
  const word = WORDS[choice % WORDS.length] ?? "thing";
  switch (choice % 4) {
    case 0:
      return `<p>${word} d${edit}</p>`;
    case 1:
      return `<p>${word} <strong>d${edit}</strong> &amp; more</p><ul><li>one</li></ul>`;
    case 2:
      return `<h2>${word}</h2><p>d${edit}<br>second line</p>`;
    default:
      return `<p>a &lt; b ${word} d${edit}</p>`;
  }
}

/** @param edit whose it is on either side: comments of both are told apart by it */
export function commentText(edit: string, choice: number): string {
  const word = WORDS[choice % WORDS.length] ?? "thing";
  switch (choice % 4) {
    case 0:
      return `<p>${word} ${edit}</p>`;
    case 1:
      return `<p>${word} <strong>${edit}</strong> &amp; more</p>`;
    case 2:
      return `<p>${word}</p><ul><li>${edit}</li></ul>`;
    default:
      return `<p>a &lt; b: ${word}<br>${edit}</p>`;
  }
}

export function dateText(choice: number): string | null {
  return choice === 0 ? null : `2026-0${2 + choice % 7}-1${choice % 10}`;
}

export const LABELS = ["bug", "ui", "docs"];

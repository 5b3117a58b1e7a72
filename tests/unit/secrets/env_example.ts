/** `.env.example` as data. */

export interface ExampleVariable {
  name: string;
  value: string;
  /** The comment above it, or above the variables it stands directly below, without `# `. Empty when there is none. */
  explanation: string;
}

const LINE = /^([A-Z][A-Z0-9_]*)=(.*)$/;

export function readExample(text: string): ExampleVariable[] {
  const found: ExampleVariable[] = [];
  let comment: string[] = [];
  let afterVariable = false;
  for (const line of text.split("\n")) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      found.push({ name, value, explanation: comment.join(" ") });
    } else {
      if (afterVariable || !line.startsWith("# ")) comment = [];
      if (line.startsWith("# ") && !line.startsWith("# ----")) comment.push(line.slice(2));
    }
    afterVariable = name !== undefined;
  }
  return found;
}

/** `.env.example` as data. */

export interface ExampleVariable {
  name: string;
  value: string;
  /** The comment directly above, without `# `. Empty when there is none. */
  explanation: string;
  /** Whether the line is there to be filled in; otherwise it is commented out. */
  offered: boolean;
}

const LINE = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/;

export function readExample(text: string): ExampleVariable[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const [, mark, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const above = lines[index - 1] ?? "";
    const explanation = above.startsWith("# ") && !LINE.test(above) ? above.slice(2) : "";
    return [{ name, value, explanation, offered: mark === "" }];
  });
}

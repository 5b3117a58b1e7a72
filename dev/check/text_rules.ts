/** Rules about any text of the project, whatever its language. */

import type { Finding } from "./finding.ts";

const MAX_LINES = 400;

/** Written in parts, because this file is checked too. */
const REGISTRIES = [["registry", "npmjs", "org"], ["registry", "yarnpkg", "com"], [
  "npm",
  "pkg",
  "github",
  "com",
]]
  .concat([["jsr", "io"], ["deno", "land"], ["esm", "sh"], ["unpkg", "com"], ["cdn", "jsdelivr", "net"]])
  .concat([["pypi", "org"], ["files", "pythonhosted", "org"], ["proxy", "golang", "org"], ["crates", "io"]])
  .map((parts) => parts.join("."));

/** Folders that exist on one machine only. A path that begins a line, a word or a string, not a part of a URL. */
const MACHINE_PATH = /(?<![\w.~*>)}\]-])\/(root|work|home|Users)\/[\w.]/;

/** The linter itself refuses comments that silence the type checker. */
const SILENCER = /\/[/*]\s*deno-lint-ignore/;

/** Files the length limit is for: those people read from beginning to end. */
const WRITTEN = /\.(ts|sql|sh|py)$/;

export function checkText(path: string, text: string): Finding[] {
  const findings: Finding[] = [];
  const lines = text.split("\n");
  if (WRITTEN.test(path) && lines.length - 1 > MAX_LINES) {
    findings.push({
      path,
      line: MAX_LINES,
      message: `${lines.length - 1} lines, at most ${MAX_LINES} are allowed`,
    });
  }
  for (const [index, content] of lines.entries()) {
    const at = (message: string) => findings.push({ path, line: index + 1, message });
    const host = REGISTRIES.find((name) => content.includes(name));
    if (host !== undefined) at(`names the package registry ${host}`);
    const place = MACHINE_PATH.exec(content);
    if (place !== null) at(`names a folder of one machine: /${place[1]}/`);
    if (path.endsWith(".ts") && SILENCER.test(content)) at("silences the linter");
  }
  return findings;
}

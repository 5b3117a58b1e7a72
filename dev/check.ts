/**
 * `task check`: format, lint, types, dead code, and the project's rules about its texts. Prints each finding as
 * `path:line: what`, and ends with exit code 1 if there is any.
 */

import { runMain } from "./cleanup.ts";
import { findDeadCode } from "./check/dead_code.ts";
import type { Finding } from "./check/finding.ts";
import { checkText } from "./check/text_rules.ts";
import { ROOT } from "./root.ts";
import { sourceFiles } from "./source_files.ts";

const FOLDERS = ["supabase/", "shared/", "dev/", "tests/", "bench/"];

/** Exports whose user is not written yet. */
const AWAITED: readonly string[] = [];

await runMain(async () => {
  const paths = await sourceFiles(ROOT, FOLDERS);
  const steps: [name: string, run: () => Promise<boolean>][] = [
    ["format", () => deno("fmt", "--check")],
    ["lint", () => deno("lint", "--quiet")],
    ["types", () => deno("check", "--quiet", ...paths)],
    ["dead code", async () => report(await deadCode(paths))],
    ["texts", async () => report(await texts())],
  ];
  const failed: string[] = [];
  for (const [name, run] of steps) {
    console.log(`check: ${name} ...`);
    if (!(await run())) failed.push(name);
  }
  console.log(failed.length === 0 ? "check ok" : `check failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
});

/** Runs this very deno in the project's ROOT, with its output shown. */
async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn()
    .status;
  return success;
}

function report(findings: Finding[]): boolean {
  for (const { path, line, message } of findings) console.log(`${path}:${line}: ${message}`);
  return findings.length === 0;
}

async function deadCode(paths: string[]): Promise<Finding[]> {
  const files = new Map<string, string>();
  for (const path of paths) files.set(path, await Deno.readTextFile(ROOT + path));
  const configuration: unknown = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const starters = (await projectFiles()).filter((path) => path === "deno.json" || path.startsWith(".ci/"));
  return findDeadCode({
    files,
    starters: await Promise.all(starters.map((path) => Deno.readTextFile(ROOT + path))),
    awaited: AWAITED,
    packages: Object.keys(importsOf(configuration)),
  });
}

function importsOf(configuration: unknown): object {
  if (typeof configuration !== "object" || configuration === null || !("imports" in configuration)) return {};
  return typeof configuration.imports === "object" && configuration.imports !== null
    ? configuration.imports
    : {};
}

async function texts(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const path of await projectFiles()) {
    const text = await Deno.readTextFile(ROOT + path).catch(() => undefined);
    if (text !== undefined) findings.push(...checkText(path, text));
  }
  return findings;
}

/** What git keeps or would keep: everything that is not ignored. */
async function projectFiles(): Promise<string[]> {
  const { stdout, success, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`git ls-files: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).split("\0").filter(Boolean).sort();
}

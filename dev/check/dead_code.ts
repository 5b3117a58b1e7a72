/** Finds files nobody uses and exports nobody needs, and names in deno.json nobody imports. */

import type { Finding } from "./finding.ts";
import { type Module, readModule } from "./modules.ts";

export interface Project {
  /** Every TypeScript file: its path from the root, and its text. */
  readonly files: ReadonlyMap<string, string>;
  /** Texts that start programs (deno.json, CI scripts): a file whose path is in one of them is an entry. */
  readonly starters: readonly string[];
  /** Exports that wait for their first user (`path#name`); one that does not wait any more is reported too. */
  readonly awaited: readonly string[];
  /** The bare names of deno.json's import map. */
  readonly packages: readonly string[];
}

/** Which kinds of files use an export: `code` is what is not a test. */
type Users = { code: boolean; tests: boolean };

/** Tests, functions' doors and what is started by its path need nobody who imports them. */
export function findDeadCode(project: Project): Finding[] {
  const modules = new Map([...project.files].map(([path, source]) => [path, readModule(source)]));
  return [
    ...deadFiles(project, modules),
    ...deadExports(project, modules),
    ...unusedPackages(project, modules),
  ];
}

function deadFiles(project: Project, modules: ReadonlyMap<string, Module>): Finding[] {
  const referenced = new Set<string>();
  for (const [path, module] of modules) {
    for (const { from } of module.imports) referenced.add(resolve(path, from));
    // Programs are started by a path in a string, relative to the file or to the root.
    for (const [, text = ""] of (project.files.get(path) ?? "").matchAll(/["'`]([^"'`\s]*\.ts)["'`]/g)) {
      referenced.add(resolve(path, text)).add(text.replace(/^\$\{\w+\}\/?/, ""));
    }
  }
  return [...modules.keys()]
    .filter((path) => !isEntry(path) && !referenced.has(path))
    .filter((path) => !project.starters.some((text) => text.includes(path)))
    .map((path) => ({ path, line: 1, message: "no other file uses this file" }));
}

function isEntry(path: string): boolean {
  return path.endsWith("_test.ts") || /^supabase\/functions\/[^/]+\/index\.ts$/.test(path);
}

function deadExports(project: Project, modules: ReadonlyMap<string, Module>): Finding[] {
  const users = new Map<string, Users>();
  for (const [path, module] of modules) {
    for (const { from, names } of module.imports) {
      for (const name of names) {
        const key = `${resolve(path, from)}#${name}`;
        const known = users.get(key) ?? { code: false, tests: false };
        known[isTest(path) ? "tests" : "code"] = true;
        users.set(key, known);
      }
    }
  }
  const findings: Finding[] = [];
  for (const [path, module] of modules) {
    // A test exports nothing, but its texts may look like it.
    if (path.endsWith("_test.ts")) continue;
    const all = users.get(`${path}#*`);
    for (const { name, line, isType } of module.exports) {
      const used = users.get(`${path}#${name}`) ?? all ?? { code: false, tests: false };
      if (used.code || (used.tests && !isDeployed(path))) continue;
      const usedHere = occurrences(project.files.get(path) ?? "", name) > 1;
      if (usedHere && (isType || used.tests)) continue;
      findings.push({ path, line, message: `${name}: ${reason(used, usedHere)}` });
    }
  }
  return withoutAwaited(findings, project.awaited);
}

function withoutAwaited(findings: Finding[], awaited: readonly string[]): Finding[] {
  const keyOf = ({ path, message }: Finding) => `${path}#${message.split(":")[0]}`;
  const found = new Set(findings.map(keyOf));
  return [
    ...findings.filter((finding) => !awaited.includes(keyOf(finding))),
    ...awaited.filter((key) => !found.has(key))
      .map((key) => ({ path: "dev/check.ts", line: 1, message: `${key} is not awaited any more` })),
  ];
}

function reason(used: Users, usedHere: boolean): string {
  if (usedHere) return "exported, but only this file uses it";
  return used.tests ? "only tests use it" : "nobody uses it";
}

function isTest(path: string): boolean {
  return path.startsWith("tests/") || path.endsWith("_test.ts");
}

/** Where a test is no reason for code to be there. */
function isDeployed(path: string): boolean {
  return /^(shared|supabase)\//.test(path) && !isTest(path);
}

/** How often the name stands in the code, comments left out. */
function occurrences(source: string, name: string): number {
  const code = source.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
  return [...code.matchAll(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, "g"))].length;
}

function unusedPackages(project: Project, modules: ReadonlyMap<string, Module>): Finding[] {
  const imported = new Set([...modules.values()].flatMap((module) => module.imports.map(({ from }) => from)));
  const comments = [...project.files.values()];
  return project.packages
    .filter((name) => ![...imported].some((from) => from === name || from.startsWith(`${name}/`)))
    // Types for an untyped package are named in a comment (`@ts-types="..."`).
    .filter((name) => !comments.some((text) => text.includes(`types="${name}"`)))
    .map((name) => ({ path: "deno.json", line: 1, message: `${name}: no file imports it` }));
}

/** A path from the root; a bare name stays as it is. */
function resolve(importer: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}

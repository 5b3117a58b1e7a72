/** Line coverage of what is deployed: shared/ and supabase/functions/. */

import { sourceFiles } from "../source_files.ts";

/** Percent of lines that must run. */
const REQUIRED = 90;
const DEPLOYED = ["shared/", "supabase/functions/"];

export interface FileCoverage {
  /** Relative to the project's root. */
  readonly path: string;
  readonly lines: number;
  readonly covered: number;
}

/** Prints a table, the least covered first, and says whether enough lines ran. */
export async function reportCoverage(root: string, profiles: string): Promise<boolean> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["coverage", "--lcov", profiles],
    cwd: root,
    stderr: "null",
  }).output();
  const files = await addUnloaded(root, readLcov(new TextDecoder().decode(stdout), root));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const covered = files.reduce((sum, file) => sum + file.covered, 0);
  const percent = lines === 0 ? 0 : 100 * covered / lines;

  console.log("\nLine coverage of shared/ and supabase/functions/:");
  for (const file of files.sort((one, other) => share(one) - share(other))) {
    console.log(`${share(file).toFixed(1).padStart(7)} %  ${file.covered}/${file.lines}  ${file.path}`);
  }
  console.log(
    `${percent.toFixed(1).padStart(7)} %  ${covered}/${lines}  in all; at least ${REQUIRED} % is required\n`,
  );
  return percent >= REQUIRED;
}

function share(file: FileCoverage): number {
  return file.lines === 0 ? 100 : 100 * file.covered / file.lines;
}

/** Reads an lcov report: `SF:` names a file, each `DA:<line>,<times>` is one of its lines. */
export function readLcov(lcov: string, root: string): FileCoverage[] {
  return lcov.split("end_of_record").flatMap((record) => {
    const path = /^SF:(.*)$/m.exec(record)?.[1]?.replace(root, "");
    if (path === undefined || !DEPLOYED.some((folder) => path.startsWith(folder))) return [];
    const times = [...record.matchAll(/^DA:\d+,(\d+)/gm)].map(([, count]) => Number(count));
    return [{ path, lines: times.length, covered: times.filter((count) => count > 0).length }];
  });
}

/** A file that no test loads is not in the report at all; it counts with every line of code as not run. */
async function addUnloaded(root: string, files: FileCoverage[]): Promise<FileCoverage[]> {
  const loaded = new Set(files.map((file) => file.path));
  const unloaded: FileCoverage[] = [];
  for (const path of await sourceFiles(root, DEPLOYED)) {
    if (loaded.has(path) || path.endsWith("_test.ts")) continue;
    const lines = codeLines(await Deno.readTextFile(`${root}${path}`));
    if (lines > 0) unloaded.push({ path, lines, covered: 0 });
  }
  return [...files, ...unloaded];
}

/** Lines that are neither empty nor a comment; none in a file that only declares types. */
export function codeLines(source: string): number {
  if (!/^(export )?(default |async )*(function|const|let|class)\b|^await |^export default /m.test(source)) {
    return 0;
  }
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").split("\n").filter((line) => !/^\s*(\/\/.*)?$/.test(line))
    .length;
}

/**
 * `task test`: every test that needs no installation outside npm, over one PostgreSQL server started for the run.
 *
 *     task test [--coverage] [files or folders] [any option of deno test]
 *
 * The last line is `N passed, N failed`, with `, N skipped` if any were. The exit code is 0 only when something
 * passed, nothing failed, and with `--coverage` enough lines ran.
 */

import { beforeExit, runMain } from "./cleanup.ts";
import { startPostgres } from "./postgres.ts";
import { ROOT } from "./root.ts";
import { makeTemporaryFolder } from "./temporary.ts";
import { readArguments } from "./test/arguments.ts";
import { reportCoverage } from "./test/coverage.ts";
import { countTests, summaryLine } from "./test/report.ts";

const FOLDERS = ["tests/unit", "tests/db", "tests/functions", "tests/contract", "tests/sim"];

await runMain(async () => {
  const wanted = readArguments(Deno.args);
  const folder = await makeTemporaryFolder("test");
  const databaseUrl = Deno.env.get("TEST_POSTGRES_URL") ?? (await startPostgres()).url;
  const paths = wanted.paths.length > 0 ? wanted.paths : await existing(FOLDERS);

  console.error(`test: deno test ${[...paths, ...wanted.options].join(" ")}`);
  const junit = `${folder.path}/junit.xml`;
  const coverage = `${folder.path}/coverage`;
  const code = await runDeno([
    ...["test", "-A", "--sanitize-ops", "--sanitize-resources", `--junit-path=${junit}`],
    ...(wanted.coverage ? [`--coverage=${coverage}`, "--coverage-raw-data-only"] : []),
    ...wanted.options,
    ...paths,
    ...wanted.scriptArguments,
  ], { TEST_POSTGRES_URL: databaseUrl });

  const counts = countTests(await Deno.readTextFile(junit).catch(() => ""));
  if (code !== 0 && counts.failed === 0) {
    console.log("test: the run itself failed, see above");
    counts.failed = 1;
  }
  if (code === 0 && counts.passed === 0) console.log("test: no test ran");
  const covered = wanted.coverage ? await reportCoverage(ROOT, coverage) : true;
  console.log(summaryLine(counts));
  return code === 0 && counts.failed === 0 && counts.passed > 0 && covered ? 0 : 1;
});

/** Runs this very deno in the project's root and returns its exit code; it ends when we are interrupted. */
async function runDeno(args: string[], env: Record<string, string>): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT, stdin: "null" }).spawn();
  const forget = beforeExit("end deno test", async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  const { code } = await child.status;
  forget();
  return code;
}

async function existing(folders: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    if (await Deno.stat(`${ROOT}${folder}`).then((entry) => entry.isDirectory, () => false)) {
      found.push(folder);
    }
  }
  return found;
}

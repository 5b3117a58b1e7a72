/**
 * `task test:live`: the contract and end-to-end tests against real servers.
 *
 * Odoo is the one that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY name; without them, root on Debian gets a
 * real Odoo 19 installed and started for the run (dev/odoo19.sh). Plane takes part when PLANE_LIVE_URL is set.
 *
 *     task test:live [files or folders] [any option of deno test]
 *
 * The last line is `N passed, N failed`, with `, N skipped` if any were; each skip is listed before it. Exit code
 * 75 means that there was no Odoo, so every file was skipped; 1 that something failed or that nothing ran.
 */
import { beforeExit, runMain } from "./cleanup.ts";
import { CANNOT_INSTALL, findOdoo } from "./live/odoo.ts";
import { startPostgres } from "./postgres.ts";
import { makeTemporaryFolder } from "./temporary.ts";
import { readArguments } from "./test/arguments.ts";
import { countTests, summaryLine } from "./test/report.ts";

const FOLDER = "tests/live";
const ROOT = new URL("..", import.meta.url).pathname;

await runMain(async () => {
  const wanted = readArguments(Deno.args);
  const paths = wanted.paths.length > 0 ? wanted.paths : await testFiles();
  if (paths.length === 0) throw new Error(`there is no test in ${FOLDER}`);

  const outcome = await findOdoo(Deno.env.toObject());
  if ("missing" in outcome) {
    console.log(`\nNO LIVE TEST RAN: ${outcome.missing}`);
    for (const path of paths) console.log(`skipped: ${path}: there is no real Odoo`);
    console.log(summaryLine({ passed: 0, failed: 0, skipped: paths.length }));
    return CANNOT_INSTALL;
  }
  const folder = await makeTemporaryFolder("live");
  const junit = `${folder.path}/junit.xml`;
  const databaseUrl = Deno.env.get("TEST_POSTGRES_URL") ?? (await startPostgres()).url;
  const args = [
    "test",
    "-A",
    `--junit-path=${junit}`,
    ...wanted.options,
    ...paths,
    ...wanted.scriptArguments,
  ];
  console.error(`live: deno ${args.filter((argument) => !argument.startsWith("--junit-path")).join(" ")}`);
  const code = await runDeno(args, { ...outcome.odoo.environment, TEST_POSTGRES_URL: databaseUrl });

  const report = await Deno.readTextFile(junit).catch(() => "");
  const counts = countTests(report);
  if (code !== 0 && counts.failed === 0) {
    console.log("live: the run itself failed, see above");
    counts.failed = 1;
  }
  if (code === 0 && counts.passed === 0) {
    console.log("live: no test ran");
    counts.failed = 1;
  }
  await outcome.odoo.stop();
  if (counts.skipped > 0) console.log(`skipped: ${counts.skipped} live tests, marked "ignored" above`);
  console.log(summaryLine(counts));
  return counts.failed === 0 ? 0 : 1;
});

async function testFiles(): Promise<string[]> {
  const files: string[] = [];
  async function look(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(`${ROOT}${folder}`)) {
      if (isDirectory) await look(`${folder}/${name}`);
      else if (name.endsWith("_test.ts")) files.push(`${folder}/${name}`);
    }
  }
  await look(FOLDER).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  return files.sort();
}

async function runDeno(args: string[], env: Record<string, string>): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT, stdin: "null" }).spawn();
  const forget = beforeExit("end the live tests", async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  const { code } = await child.status;
  forget();
  return code;
}

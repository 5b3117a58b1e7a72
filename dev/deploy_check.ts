/**
 * `task deploy:check`: proves, without a Supabase project, what a deployment does. It uploads the functions to a
 * Management API on loopback and looks at every file, boots each function from those files alone on the hosted
 * runtime's Deno, and takes the migrations through the Supabase CLI and through every PostgreSQL from 15 to 18.
 *
 *     task deploy:check                 everything (about a minute; a first run downloads about 200 MB)
 *     task deploy:check -- --update     rewrite the committed list of uploaded files, then check
 *     task deploy:check -- --functions  only the functions;  --database  only the database
 *
 * Ends with `N passed, N failed` (and `, N skipped`) and exit code 1 when something failed.
 */
import { runMain } from "./cleanup.ts";
import { checkPush } from "./deploy/database_check.ts";
import { watchForInterruption } from "./deploy/interruption.ts";
import { checkLint } from "./deploy/lint_check.ts";
import {
  HOSTED_DENO_VERSION,
  hostedDeno,
  installPackages,
  SUPABASE_CLI_VERSION,
  supabaseCli,
} from "./deploy/npm_packages.ts";
import { checkReleases } from "./deploy/release_check.ts";
import { Report } from "./deploy/report.ts";
import { checkBoot } from "./deploy/smoke_check.ts";
import { checkUploads } from "./deploy/upload_check.ts";
import { createWorkingCopy } from "./deploy/working_copy.ts";
import { makeTemporaryFolder } from "./temporary.ts";

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const OPTIONS = ["--update", "--functions", "--database"];

interface Tools {
  report: Report;
  scratch: string;
  cli: string;
  deno: string;
}

await runMain(async () => {
  watchForInterruption();
  const unknown = Deno.args.filter((argument) => !OPTIONS.includes(argument));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(" ")} (there is ${OPTIONS.join(", ")})`);
    return 2;
  }
  const report = new Report((line) => console.log(line));
  const temporary = await makeTemporaryFolder("deploy");
  const tools = await fetchTools(report, await Deno.realPath(temporary.path));
  if (tools !== undefined) {
    if (!Deno.args.includes("--database")) await checkFunctions(tools);
    if (!Deno.args.includes("--functions")) await checkDatabase(tools);
  }
  await temporary.remove();
  console.log();
  for (const line of report.summary()) console.log(line);
  return report.totals.failed === 0 ? 0 : 1;
});

async function fetchTools(report: Report, scratch: string): Promise<Tools | undefined> {
  report.section("Tools");
  // A database server that runs under another account must be able to reach its own folder in here.
  await Deno.chmod(scratch, 0o711);
  await Deno.mkdir(`${scratch}/home`);
  report.note(`getting Supabase CLI ${SUPABASE_CLI_VERSION} and Deno ${HOSTED_DENO_VERSION} from npm ...`);
  const [command, runtime] = [supabaseCli(Deno.build), hostedDeno(Deno.build)];
  return await report.check("the Supabase CLI and the hosted runtime's Deno are here", async () => {
    const folders = await installPackages(`${scratch}/tools`, [command, runtime]);
    return { report, scratch, cli: `${folders[0]}/${command.path}`, deno: `${folders[1]}/${runtime.path}` };
  });
}

async function checkFunctions({ report, scratch, cli, deno }: Tools): Promise<void> {
  const update = Deno.args.includes("--update");
  const uploads = await checkUploads({ report, root: ROOT, scratch, cli, update });
  report.section(`Booted on Deno ${HOSTED_DENO_VERSION} from the uploaded files alone`);
  for (const upload of uploads?.values() ?? []) {
    const directory = `${scratch}/booted-${upload.slug}`;
    await Deno.mkdir(directory);
    report.note(`${upload.slug}: resolving its packages again, as the server does ...`);
    await checkBoot(report, upload, { deno, cache: `${scratch}/cache`, directory });
  }
}

async function checkDatabase({ report, scratch, cli }: Tools): Promise<void> {
  const repository = `${scratch}/database`;
  await createWorkingCopy(ROOT, repository);
  const check = { report, repository, scratch, cli };
  await checkPush(check);
  await checkLint(check);
  await checkReleases(report, scratch);
}

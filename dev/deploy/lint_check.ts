/** The SQL functions through `supabase db lint`, on Debian's PostgreSQL with the extensions that npm has not. */
import { type DatabaseCheck, pushTo, supabase } from "./database_check.ts";
import { prepareDatabase, readScheduledJobs } from "./fresh_database.ts";
import { debianBinaries, type RunningPostgres, serverRelease, startRelease } from "./postgres_release.ts";

interface LintedFunction {
  function: string;
  issues: { level: string; message: string; statement?: { lineNumber: string } }[];
}

/**
 * `db lint` needs the extension plpgsql_check; without it the check says so and counts as skipped. Where pg_cron
 * is installed too, the migrations must schedule their jobs with it.
 */
export async function checkLint(check: DatabaseCheck): Promise<void> {
  const { report, scratch } = check;
  report.section("The SQL functions through db lint");
  const binaries = await debianBinaries("plpgsql_check.so");
  if (binaries === undefined) {
    const how = "Debian 12: postgresql-15-plpgsql-check";
    return report.skip("db lint", `no PostgreSQL with the extension plpgsql_check is installed (${how})`);
  }
  const cron = (await debianBinaries("pg_cron.so"))?.postgres === binaries.postgres;
  const settings: Record<string, string> = cron
    ? { shared_preload_libraries: "pg_cron", "cron.database_name": "postgres" }
    : {};
  const folder = `${scratch}/lint`;
  await Deno.mkdir(folder);
  const server = await report.check(
    "Debian's PostgreSQL starts",
    () => startRelease(binaries, folder, settings),
  );
  if (server === undefined) return;
  try {
    await lint(check, server, cron);
  } finally {
    await server.stop();
  }
}

async function lint(check: DatabaseCheck, { url }: RunningPostgres, cron: boolean): Promise<void> {
  const { report } = check;
  const release = await serverRelease(url);
  const pushed = await report.check(`db push applies every migration on PostgreSQL ${release}`, async () => {
    await prepareDatabase(url);
    return await pushTo(check, url);
  });
  if (pushed === undefined) return;
  if (cron) {
    await report.check("with pg_cron there, the jobs are scheduled", async () => {
      const jobs = await readScheduledJobs(url);
      if (!jobs.includes("plane-sync-nudge")) throw new Error(`scheduled: ${jobs.join(", ") || "nothing"}`);
    });
  } else {
    report.skip("scheduling with pg_cron", "the extension is not installed (Debian 12: postgresql-15-cron)");
  }
  await report.check("db lint: no error in any function", async () => {
    const args = ["db", "lint", "--schema", "plane,ops", "--output-format", "json", `--remote=${url}`];
    const { results }: { results: LintedFunction[] } = JSON.parse(await supabase(check, args));
    const lines = results.flatMap(({ function: name, issues }) =>
      issues.map(({ level, message, statement }) =>
        `${level}: ${name}:${statement?.lineNumber ?? "?"} ${message}`
      )
    );
    if (lines.some((line) => !line.startsWith("warning"))) throw new Error(lines.join("\n"));
    for (const line of lines) report.note(line);
  });
}

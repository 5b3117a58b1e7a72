/** The migrations through the Supabase CLI: push, history, advisors. */
import { startPostgres } from "../postgres.ts";
import { applyMigrations } from "../migrate.ts";
import { cliEnvironment } from "./deployment.ts";
import { assertSameList } from "./file_list.ts";
import { createFreshDatabase, readHistory, readShape } from "./fresh_database.ts";
import type { Report } from "./report.ts";
import { mustRun } from "./run_command.ts";

export interface DatabaseCheck {
  report: Report;
  /** The repository, or a copy of it; the CLI writes into supabase/.temp there. */
  repository: string;
  /** A folder of the check's own, in which `home` exists. */
  scratch: string;
  cli: string;
}

/** On an empty database every index is unused: this lint says something only after some traffic. */
const SILENT_ON_A_FRESH_DATABASE = "unused_index";

interface Finding {
  name: string;
  level: string;
  detail: string;
}

/** Pushes to a fresh database, compares with our own runner, and asks the advisors. */
export async function checkPush(check: DatabaseCheck): Promise<void> {
  const { report } = check;
  report.section("The database through the Supabase CLI");
  const server = await report.check(
    "PostgreSQL 17 starts",
    () => startPostgres({ report: (line) => report.note(line) }),
  );
  if (server === undefined) return;
  try {
    const pushed = await createFreshDatabase(server.url, "pushed");
    if (await report.check("db push applies every migration", () => pushTo(check, pushed)) === undefined) {
      return;
    }
    await report.check("a second db push finds nothing to do", async () => {
      const answer = await supabase(check, ["db", "push", "--yes", `--remote=${pushed}`]);
      if (!/up to date/i.test(answer)) throw new Error(answer);
    });
    await report.check("migration list shows every migration on both sides", () => checkList(check, pushed));
    await report.check("dev/migrate.ts leaves the same history and the same schema as db push", async () => {
      const own = await createFreshDatabase(server.url, "own");
      await applyMigrations(own);
      assertSameList("the history", await readHistory(own), "db push's", await readHistory(pushed));
      assertSameList("the schema", await readShape(own), "db push's", await readShape(pushed));
      const again = await applyMigrations(pushed);
      assertSameList("what dev/migrate.ts still applies after db push", again, "nothing", []);
    });
    await report.check("db advisors: no finding of any level", () => checkAdvisors(check, pushed));
  } finally {
    await server.stop();
  }
}

/** One call of the CLI; answers what it said, only standard output where JSON was asked for. */
export async function supabase({ cli, repository, scratch }: DatabaseCheck, args: string[]): Promise<string> {
  const { stdout, stderr } = await mustRun(cli, args, {
    cwd: repository,
    env: cliEnvironment(`${scratch}/home`),
  });
  return args.includes("json") ? stdout : `${stdout}${stderr}`;
}

/** Answers the versions pushed, so that a caller can tell success. */
export async function pushTo(check: DatabaseCheck, url: string): Promise<string[]> {
  await supabase(check, ["db", "push", "--yes", `--remote=${url}`]);
  const history = await readHistory(url);
  assertSameList("the history", history, "supabase/migrations", await localMigrations(check.repository));
  return history;
}

async function localMigrations(repository: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${repository}/supabase/migrations`)) {
    if (name.endsWith(".sql")) names.push(name.replace(/\.sql$/, "").replace("_", " "));
  }
  return names;
}

async function checkList(check: DatabaseCheck, url: string): Promise<void> {
  const text = await supabase(check, ["migration", "list", "--output-format", "json", `--remote=${url}`]);
  const { migrations }: { migrations: { local: string; remote: string }[] } = JSON.parse(text);
  const versions = (await localMigrations(check.repository)).map((line) => line.split(" ")[0] ?? "");
  assertSameList("the local column", migrations.map(({ local }) => local), "supabase/migrations", versions);
  assertSameList(
    "the remote column",
    migrations.map(({ remote }) => remote),
    "supabase/migrations",
    versions,
  );
}

async function checkAdvisors(check: DatabaseCheck, url: string): Promise<void> {
  const args = ["db", "advisors", "--level", "info", "--output-format", "json", `--remote=${url}`];
  const { results }: { results: Finding[] } = JSON.parse(await supabase(check, args));
  const idle = results.filter(({ name }) => name === SILENT_ON_A_FRESH_DATABASE).length;
  check.report.note(
    `(not counted: ${idle} x unused_index, because nothing has been asked of a fresh database)`,
  );
  const findings = results.filter(({ name }) => name !== SILENT_ON_A_FRESH_DATABASE);
  if (findings.length === 0) return;
  throw new Error(findings.map(({ level, name, detail }) => `${level} ${name}: ${detail}`).join("\n"));
}

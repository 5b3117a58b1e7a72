/** Runs `supabase functions deploy` against a Management API on loopback and keeps what it uploads. */
import { startManagementApi } from "./management_api.ts";
import { mustRun } from "./run_command.ts";
import type { Upload } from "./upload.ts";

/** A project reference and a token of the right form; neither opens anything. */
const PROJECT = "abcdefghijklmnopqrst";
const TOKEN = `sbp_${"0".repeat(40)}`;

/** What every call of the CLI gets: no telemetry, no colours, and a home of its own for its state. */
export function cliEnvironment(home: string): Record<string, string> {
  return { HOME: home, SUPABASE_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", NO_COLOR: "1" };
}

/**
 * Deploys every function of `repository` and answers the uploads by function name. Throws when the CLI
 * fails or when one of its requests was not understood. `home` is a scratch folder.
 */
export async function deployFunctions(
  cli: string,
  repository: string,
  home: string,
): Promise<Map<string, Upload>> {
  const api = startManagementApi(PROJECT, TOKEN);
  try {
    const profile = `${home}/profile.yaml`;
    const settings = {
      name: "loopback",
      api_url: api.url,
      dashboard_url: api.url,
      project_host: "127.0.0.1",
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
    await Deno.writeTextFile(profile, lines.join(""));
    const args = ["functions", "deploy", "--use-api", "--profile", profile, `--remote=${PROJECT}`, "--yes"];
    const env = { ...cliEnvironment(home), SUPABASE_ACCESS_TOKEN: TOKEN };
    await mustRun(cli, args, { cwd: repository, env });
    if (api.complaints.length > 0) throw new Error(api.complaints.join("\n"));
    return new Map(api.uploads.map((upload) => [upload.slug, upload]));
  } finally {
    await api.close();
  }
}

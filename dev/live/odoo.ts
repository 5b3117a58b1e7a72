/** The real Odoo of the live tests: the one the environment names, or one installed and started for them. */
import { beforeExit } from "../cleanup.ts";

export interface LiveOdoo {
  /** ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY. */
  environment: Record<string, string>;
  /** Stops it if it was started here. */
  stop(): Promise<void>;
}

/** An Odoo, or the reason why there is none on this machine. */
export type LiveOdooOutcome = { odoo: LiveOdoo } | { missing: string };

/** What the script ends with when Odoo's package cannot be had, as against a failure of ours (EX_TEMPFAIL). */
export const CANNOT_INSTALL = 75;

const SCRIPT = new URL("../odoo19.sh", import.meta.url).pathname;
const NAMES = ["ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_API_KEY"];
const ADVICE = "set ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_API_KEY to test against an Odoo of your own";

/** The lines `ODOO_NAME=value` in a text; anything else is ignored. */
export function readEnvironment(text: string): Record<string, string> {
  const lines = text.matchAll(/^(?:export )?(ODOO_[A-Z_]+)=(['"]?)(.*)\2$/gm);
  return Object.fromEntries([...lines].map(([, name = "", , value = ""]) => [name, value]));
}

/** Finds or starts an Odoo. Throws when one should start here and does not. */
export async function findOdoo(variables: Record<string, string>): Promise<LiveOdooOutcome> {
  const named = Object.fromEntries(
    NAMES.flatMap((name) => name in variables ? [[name, variables[name]]] : []),
  );
  if (named.ODOO_URL && named.ODOO_API_KEY) {
    return { odoo: { environment: named as Record<string, string>, stop: () => Promise.resolve() } };
  }
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return { missing: `no Odoo is named, and only root on Debian can install one; ${ADVICE}` };
  }
  return await startOdoo();
}

async function startOdoo(): Promise<LiveOdooOutcome> {
  const mine = !(await isUp());
  console.error(
    mine
      ? "live: starting a real Odoo 19 (the first time it is installed: some minutes) ..."
      : "live: using the running Odoo",
  );
  const child = script("up");
  const forget = beforeExit("stop Odoo", async () => {
    endQuietly(child);
    await child.status;
    if (mine) await takeDown();
  });
  const { code, stdout } = await child.output();
  const environment = readEnvironment(new TextDecoder().decode(stdout));
  if (code === CANNOT_INSTALL) {
    forget();
    return { missing: `Odoo's package cannot be installed here (see above); ${ADVICE}` };
  }
  const absent = NAMES.filter((name) => !environment[name]);
  if (code !== 0 || absent.length > 0) {
    throw new Error(
      `dev/odoo19.sh up ended with code ${code}, without ${absent.join(", ") || "a fault in its answer"}`,
    );
  }
  const stop = async () => {
    forget();
    if (mine) await takeDown();
  };
  return { odoo: { environment, stop } };
}

/** Whether the script's Odoo answers already, so that it is somebody else's to stop. */
async function isUp(): Promise<boolean> {
  const { stdout } = await script("env", "null").output();
  const { ODOO_URL: url } = readEnvironment(new TextDecoder().decode(stdout));
  if (url === undefined) return false;
  const response = await fetch(`${url}/web/health`, { signal: AbortSignal.timeout(5_000) }).catch(() =>
    undefined
  );
  await response?.body?.cancel();
  return response?.ok ?? false;
}

function script(command: string, stderr: "inherit" | "null" = "inherit"): Deno.ChildProcess {
  return new Deno.Command("bash", { args: [SCRIPT, command], stdin: "null", stdout: "piped", stderr })
    .spawn();
}

async function takeDown(): Promise<void> {
  const { code } = await script("down").output();
  if (code !== 0) console.error(`live: dev/odoo19.sh down ended with code ${code}`);
}

function endQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
}

/** Starts an uploaded function from its files alone, on the hosted runtime's Deno. */
import { beforeExit } from "../cleanup.ts";
import { HOST_LINE } from "../function_host.ts";
import { endChild, mustRun } from "./run_command.ts";
import type { Upload } from "./upload.ts";

const HOST = new URL("../function_host.ts", import.meta.url).href;
const BOOTS_WITHIN_MS = 120_000;
const FOR_DENO = [
  "HOME",
  "PATH",
  "TMPDIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "HTTPS_PROXY",
  "NO_PROXY",
];

export interface Hosting {
  /** The Deno binary to run it on. */
  deno: string;
  /** Deno's cache for it, apart from the developer's, so that nothing is found there by luck. */
  cache: string;
  /** An empty folder; the upload is written into it. */
  directory: string;
}

export interface BootedFunction {
  url: string;
  /** Everything it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Writes the upload's files, and nothing else, into the hosting's folder. */
export async function writeUpload(upload: Upload, { directory }: Hosting): Promise<void> {
  for (const [path, bytes] of upload.files) {
    const folder = `${directory}/${path}`.split("/").slice(0, -1).join("/");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(`${directory}/${path}`, bytes);
  }
}

/** Type-checks the written upload; throws with the compiler's words. */
export async function typeCheckUpload(upload: Upload, hosting: Hosting): Promise<void> {
  const { deno, directory } = hosting;
  const args = ["check", "--quiet", ...moduleFlags(upload, hosting), `${directory}/${upload.entryPoint}`];
  await mustRun(deno, args, { cwd: directory, clearEnv: true, env: runtimeEnvironment(hosting) });
}

/** Starts the written upload with these environment variables and waits until it listens. */
export async function bootUpload(
  upload: Upload,
  hosting: Hosting,
  environment: Record<string, string>,
): Promise<BootedFunction> {
  const { deno, directory, cache } = hosting;
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-env", "--allow-sys"];
  const readable = `--allow-read=${directory},${cache}`;
  const entryPoint = new URL(`file://${directory}/${upload.entryPoint}`).href;
  const child = new Deno.Command(deno, {
    args: ["run", "--quiet", ...permissions, readable, ...moduleFlags(upload, hosting), HOST, entryPoint],
    cwd: directory,
    clearEnv: true,
    env: { ...runtimeEnvironment(hosting), ...environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const listening = Promise.withResolvers<string>();
  async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      const port = output.split("\n").slice(0, -1).find((line) => line.startsWith(HOST_LINE));
      if (port !== undefined) listening.resolve(port.slice(HOST_LINE.length));
    }
  }
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)]).then(async ([status]) => {
    listening.reject(new Error(`it ended with code ${status.code} before it listened\n${output}`));
    await child.stdin.close().catch(() => {});
  });
  const timer = setTimeout(
    () => listening.reject(new Error(`it does not listen\n${output}`)),
    BOOTS_WITHIN_MS,
  );
  async function stop(): Promise<void> {
    forget();
    endChild(child);
    await ended;
  }
  const forget = beforeExit(`end ${upload.slug}`, stop);
  try {
    return { url: `http://127.0.0.1:${await listening.promise}`, output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function moduleFlags(upload: Upload, { directory }: Hosting): string[] {
  // The server never sees deno.lock: it resolves the exact versions of the import map again.
  return ["--no-lock", "--config", `${directory}/${upload.importMap}`];
}

/** Nothing of the developer's own settings but what Deno needs to reach the packages. */
function runtimeEnvironment({ cache }: Hosting): Record<string, string> {
  const inherited = FOR_DENO.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { DENO_TLS_CA_STORE: "system", ...Object.fromEntries(inherited), DENO_DIR: cache, NO_COLOR: "1" };
}

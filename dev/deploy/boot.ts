/** Starts an uploaded function from its files alone, on the hosted runtime's Deno. */
import { beforeExit } from "../cleanup.ts";
import { endChild, mustRun } from "./run_command.ts";
import type { Upload } from "./upload.ts";

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
  await mustRun(deno, args, { cwd: directory, env: runtimeEnvironment(hosting) });
}

/** Starts the written upload with these environment variables and waits until it listens. */
export async function bootUpload(
  upload: Upload,
  hosting: Hosting,
  environment: Record<string, string>,
): Promise<BootedFunction> {
  const { deno, directory } = hosting;
  const host = `${directory}/.host.ts`;
  await Deno.copyFile(new URL("./hosted_function.ts", import.meta.url), host);
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", "--allow-env", "--allow-read", "--allow-sys"];
  const entryPoint = new URL(`file://${directory}/${upload.entryPoint}`).href;
  const child = new Deno.Command(deno, {
    args: ["run", "--quiet", ...permissions, ...moduleFlags(upload, hosting), host, entryPoint],
    cwd: directory,
    env: { ...runtimeEnvironment(hosting), ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const listening = Promise.withResolvers<number>();
  async function read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      const port = /^listening (\d+)$/m.exec(output)?.[1];
      if (port !== undefined) listening.resolve(Number(port));
    }
  }
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)]).then(([status]) => {
    listening.reject(new Error(`it ended with code ${status.code} before it listened\n${output}`));
  });
  const timer = setTimeout(() => listening.reject(new Error(`it does not listen\n${output}`)), 120_000);
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

function runtimeEnvironment({ cache }: Hosting): Record<string, string> {
  return { DENO_DIR: cache, DENO_TLS_CA_STORE: "system", DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
}

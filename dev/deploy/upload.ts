/** One function as `supabase functions deploy` sends it: a multipart body of files and a `metadata` part. */

export interface Upload {
  slug: string;
  /** By path, relative to the repository; "/" between folders. */
  files: Map<string, Uint8Array<ArrayBuffer>>;
  entryPoint: string;
  importMap: string;
  verifyJwt: boolean;
}

/**
 * Reads a `POST .../functions/deploy?slug=NAME`. Throws an Error that names what is wrong: no slug, no or
 * unusable metadata, a path sent twice, a path that leaves the repository, an entry point or import map that
 * was not sent along.
 */
export async function readUpload(request: Request): Promise<Upload> {
  const slug = new URL(request.url).searchParams.get("slug");
  if (slug === null || slug === "") throw new Error("the upload names no function (slug)");
  const form = await request.formData();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of form.getAll("file")) {
    if (typeof part === "string") throw new Error(`${slug}: a file part without a file name`);
    if (!staysInside(part.name)) throw new Error(`${slug}: the path ${part.name} leaves the repository`);
    if (files.has(part.name)) throw new Error(`${slug}: ${part.name} was sent twice`);
    files.set(part.name, new Uint8Array(await part.arrayBuffer()));
  }
  const metadata = readMetadata(slug, form.get("metadata"));
  for (const path of [metadata.entryPoint, metadata.importMap]) {
    if (!files.has(path)) throw new Error(`${slug}: ${path} is needed but was not sent`);
  }
  return { slug, files, ...metadata };
}

function staysInside(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !path.split(/[\\/]/).includes("..");
}

function readMetadata(
  slug: string,
  part: FormDataEntryValue | null,
): Pick<Upload, "entryPoint" | "importMap" | "verifyJwt"> {
  if (typeof part !== "string") throw new Error(`${slug}: the upload has no metadata`);
  const metadata: Record<string, unknown> = JSON.parse(part);
  const { entrypoint_path: entryPoint, import_map_path: importMap, verify_jwt: verifyJwt } = metadata;
  if (typeof entryPoint !== "string") throw new Error(`${slug}: metadata without an entry point`);
  if (typeof importMap !== "string") throw new Error(`${slug}: metadata without an import map`);
  if (typeof verifyJwt !== "boolean") throw new Error(`${slug}: metadata without verify_jwt`);
  return { entryPoint, importMap, verifyJwt };
}

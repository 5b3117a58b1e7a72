import assert from "node:assert/strict";
import { readUpload } from "../../../dev/deploy/upload.ts";

const ENTRY = "supabase/functions/hello/index.ts";
const METADATA = {
  entrypoint_path: ENTRY,
  import_map_path: "deno.json",
  verify_jwt: false,
  static_patterns: [],
};

/** A request as the Supabase CLI sends it; without a metadata part when that is null. */
function upload(paths: string[], metadata: unknown = METADATA, query = "?slug=hello"): Request {
  const form = new FormData();
  for (const path of paths) form.append("file", new File([`// ${path}`], path));
  if (metadata !== null) form.append("metadata", JSON.stringify(metadata));
  return new Request(`http://127.0.0.1/v1/projects/p/functions/deploy${query}`, {
    method: "POST",
    body: form,
  });
}

Deno.test("an upload is read with its files by path, its entry point and its token check", async () => {
  const read = await readUpload(upload(["deno.json", ENTRY, "shared/http/answer.ts"]));
  assert.equal(read.slug, "hello");
  assert.deepEqual([...read.files.keys()], ["deno.json", ENTRY, "shared/http/answer.ts"]);
  assert.equal(new TextDecoder().decode(read.files.get("shared/http/answer.ts")), "// shared/http/answer.ts");
  assert.equal(read.entryPoint, ENTRY);
  assert.equal(read.importMap, "deno.json");
  assert.equal(read.verifyJwt, false);
});

Deno.test("a body in the CLI's own bytes is read, folders in file names kept", async () => {
  const body = [
    "--b",
    'Content-Disposition: form-data; name="file"; filename="deno.json"',
    "Content-Type: application/octet-stream",
    "",
    "{}",
    "--b",
    `Content-Disposition: form-data; name="file"; filename="${ENTRY}"`,
    "Content-Type: application/octet-stream",
    "",
    "export {};",
    "--b",
    'Content-Disposition: form-data; name="metadata"',
    "",
    JSON.stringify({ ...METADATA, verify_jwt: true }),
    "--b--",
    "",
  ].join("\r\n");
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const read = await readUpload(
    new Request("http://127.0.0.1/deploy?slug=hello", { method: "POST", headers, body }),
  );
  assert.deepEqual([...read.files.keys()], ["deno.json", ENTRY]);
  assert.equal(read.verifyJwt, true);
});

const refused: [string, Request, RegExp][] = [
  ["without a function name", upload(["deno.json", ENTRY], METADATA, ""), /names no function/],
  ["without metadata", upload(["deno.json", ENTRY], null), /has no metadata/],
  ["without its entry point", upload(["deno.json"]), /index\.ts is needed but was not sent/],
  ["without its import map", upload([ENTRY]), /deno\.json is needed but was not sent/],
  ["with a path sent twice", upload(["deno.json", ENTRY, ENTRY]), /was sent twice/],
  ["with a path above the repository", upload(["deno.json", ENTRY, "../secret.ts"]), /leaves the repository/],
  ["with an absolute path", upload(["deno.json", ENTRY, "/etc/passwd"]), /leaves the repository/],
  [
    "whose metadata says nothing about tokens",
    upload([ENTRY], { ...METADATA, verify_jwt: null }),
    /verify_jwt/,
  ],
  ["whose metadata names no entry point", upload([ENTRY], { verify_jwt: true }), /without an entry point/],
];
for (const [what, request, message] of refused) {
  Deno.test(`an upload ${what} is refused`, async () => {
    await assert.rejects(readUpload(request), message);
  });
}

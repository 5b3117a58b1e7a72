import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";

const standIn = await Deno.readTextFile(new URL("../../dev/sql/supabase_stand_in.sql", import.meta.url));

Deno.test("the stand-in can be applied to a database that has it", async () => {
  await using database = await createTestDatabase();
  await database.sql.unsafe(standIn).simple();
  const roles = await database.sql`
    select rolname, rolcanlogin, rolbypassrls from pg_roles
    where rolname in ('anon', 'authenticated', 'service_role', 'authenticator') order by rolname`;
  assert.deepEqual(roles.map((role) => [role.rolname, role.rolcanlogin, role.rolbypassrls]), [
    ["anon", false, false],
    ["authenticated", false, false],
    ["authenticator", true, false],
    ["service_role", false, true],
  ]);
});

Deno.test("auth functions read the claims of the request, and nothing without a request", async () => {
  await using database = await createTestDatabase();
  const sub = "6d5e0a52-33f5-4f5e-9d0d-3a3c1d1c6b57";
  const read = (claims: string) =>
    database.sql.begin(async (sql) => {
      await sql`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
      const [row] =
        await sql`select auth.uid() as uid, auth.role() as role, auth.jwt() -> 'app_metadata' as app`;
      return row;
    });
  const claims = { sub, role: "authenticated", app_metadata: { role: "ops" } };
  assert.deepEqual(await read(JSON.stringify(claims)), {
    uid: sub,
    role: "authenticated",
    app: { role: "ops" },
  });
  assert.deepEqual(await read(""), { uid: null, role: null, app: null });
});

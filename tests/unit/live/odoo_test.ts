import assert from "node:assert/strict";
import { findOdoo, readEnvironment } from "../../../dev/live/odoo.ts";

Deno.test("an Odoo named in the environment is used as it is, without variables of others", async () => {
  const named = { ODOO_URL: "http://127.0.0.1:1", ODOO_DB: "one", ODOO_LOGIN: "admin", ODOO_API_KEY: "k" };
  const outcome = await findOdoo({ ...named, HOME: "/root" });
  assert.ok("odoo" in outcome);
  assert.deepEqual(outcome.odoo.environment, named);
  await outcome.odoo.stop();
});

Deno.test("a script's answer is read line by line, quoted or exported, and other lines are ignored", () => {
  const text =
    "starting ...\nODOO_URL=http://127.0.0.1:8069\nexport ODOO_DB='one'\nODOO_API_KEY=\"a=b\"\nPATH=/bin\n";
  assert.deepEqual(readEnvironment(text), {
    ODOO_URL: "http://127.0.0.1:8069",
    ODOO_DB: "one",
    ODOO_API_KEY: "a=b",
  });
  assert.deepEqual(readEnvironment(""), {});
});

import { ODOO_CONTRACT } from "../contract/odoo_contract.ts";
import { odooUnderTest } from "../contract/odoo/under_test.ts";

const [url, database, login, apiKey] = ["ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_API_KEY"].map((name) =>
  Deno.env.get(name)
);

if (url === undefined || database === undefined || login === undefined || apiKey === undefined) {
  console.log(
    "The contract with a real Odoo is not checked: ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY are not set.",
  );
} else {
  for (const protocol of ["json2", "jsonrpc"] as const) {
    for (const [behaviour, run] of ODOO_CONTRACT) {
      Deno.test(`real Odoo over ${protocol}: ${behaviour}`, () =>
        run(odooUnderTest({ url, database, login, apiKey }, protocol)));
    }
  }
}

/** Edits on both sides of a pair, with a real Odoo over both protocols. */
import { BOTH_WAYS } from "../support/both_ways/cases.ts";
import { startPairIn } from "../support/both_ways/pair.ts";
import { realOdoo } from "./real_odoo.ts";

for (const protocol of ["json2", "jsonrpc"] as const) {
  for (const [behaviour, run] of BOTH_WAYS) {
    Deno.test(`${protocol}: ${behaviour}`, () => run(startPairIn({ realOdoo: realOdoo(protocol) })));
  }
}

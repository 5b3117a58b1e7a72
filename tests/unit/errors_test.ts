import assert from "node:assert/strict";
import { errorDocs } from "../../dev/error_docs.ts";
import { ERROR_CODES, SuiteError, toSuiteError } from "../../shared/errors.ts";

Deno.test("docs/errors.md is what the code says (deno run -A dev/error_docs.ts writes it)", async () => {
  assert.equal(await Deno.readTextFile(new URL("../../docs/errors.md", import.meta.url)), errorDocs());
});

Deno.test("an error takes its text and retry class from its code unless told otherwise", () => {
  const error = new SuiteError("odoo_conflict");
  assert.deepEqual([error.message, error.retry, error.outcomeUnknown], [
    ERROR_CODES.odoo_conflict.meaning,
    "now",
    false,
  ]);
  assert.equal(new SuiteError("odoo_conflict", { retry: "later" }).retry, "later");
});

Deno.test("what is thrown by others becomes internal, and its text is not shown", () => {
  const error = toSuiteError(new Error("password=secret"));
  assert.equal(error.code, "internal");
  assert(!error.message.includes("secret"));
  const own = new SuiteError("forbidden");
  assert.equal(toSuiteError(own), own);
});
